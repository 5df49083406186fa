#include "everything.hpp"

Seen seen_by_two() { return look(); }
