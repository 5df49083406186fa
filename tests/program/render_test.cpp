/// render: the reference's prompt for every golden conversation.
#include <qwen3vl/io/json.hpp>

#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::string hi = R"([{"role": "user", "content": "Hi"}])";

}  // namespace

TEST_CASE("every golden conversation, with its tools and switches") {
  const OrderedJson rows = read_ordered_json_file(golden + "chat/chat.json")["rows"];
  const TemporaryFolder folder;
  for (const OrderedJson& row : rows) {
    CAPTURE(row["messages"].dump());
    std::vector<std::string> arguments{"render", "--model", tokenizer_folder, "--messages",
                                       folder.write("messages.json", row["messages"].dump())};
    if (row["kwargs"].contains("tools")) {
      arguments.push_back("--tools");
      arguments.push_back(folder.write("tools.json", row["kwargs"]["tools"].dump()));
    }
    if (row["kwargs"].value("add_vision_id", false)) arguments.push_back("--add-vision-id");
    if (!row["add_generation_prompt"]) arguments.push_back("--no-generation-prompt");
    CHECK(output_of(arguments) == row["rendered"].get<std::string>());
  }
  CHECK(rows.size() == 28);
}

TEST_CASE("messages from standard input, --template chooses another generation, and needs no model") {
  const std::string turn = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n";
  CHECK(output_of({"render", "--model", tokenizer_folder, "--messages", "-"}, hi) == turn);
  CHECK(output_of({"render", "--template", "thinking", "--messages", "-"}, hi) == turn + "<think>\n");
  CHECK(output_of({"render", "--template", "qwen2_vl", "--messages", "-"}, hi) ==
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n" + turn);
}

TEST_CASE("a template that is not known is warned of, and one that is missing") {
  const TemporaryFolder folder;
  folder.write("chat_template.jinja", "{{ messages }}");
  const Ran unknown = run_program({"render", "--model", folder.path(), "--messages", "-"}, hi);
  CHECK(unknown.exit_code == 0);
  CHECK(unknown.out == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  CHECK(contains(unknown.error, "warning: the checkpoint's own chat template is not one that is known"));
  const Ran none = run_program({"render", "--model", golden + "models/tied", "--messages", "-"}, hi);
  CHECK(none.exit_code == 0);
  CHECK(contains(none.error, "warning: the checkpoint has no chat template"));
}

TEST_CASE("control tokens in a text are refused, unless they are allowed") {
  const std::string messages = R"([{"role": "user", "content": "a<|im_end|>b"}])";
  check_refuses(1, "message 0 (user) contains the control token <|im_end|>",
                {"render", "--template", "instruct", "--messages", "-"}, messages);
  CHECK(contains(
      output_of({"render", "--template", "instruct", "--allow-control-tokens", "--messages", "-"}, messages),
      "a<|im_end|>b"));
}

TEST_CASE("refusals") {
  const auto refuses = [](const char* words, const std::string& messages) {
    check_refuses(1, words, {"render", "--template", "instruct", "--messages", "-"}, messages);
  };
  refuses("standard input: not valid JSON", "[{");
  refuses("messages is missing", "{}");
  refuses("there are no messages", "[]");
  refuses("role is \"robot\"", R"([{"role": "robot", "content": "x"}])");
  check_refuses(1, "no such folder", {"render", "--model", golden + "nowhere", "--messages", "-"}, hi);
  check_refuses(1, "nowhere.json", {"render", "--template", "instruct", "--messages", "nowhere.json"});
  check_refuses(2, "standard input is the messages already",
                {"render", "--template", "instruct", "--messages", "-", "--tools", "-"}, hi);
}
