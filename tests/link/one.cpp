#include "everything.hpp"

int main() { return look() == seen_by_two() ? 0 : 1; }
