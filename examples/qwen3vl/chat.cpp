/// chat: media and a prompt in, a streamed answer out; or a conversation that keeps its cache.
#include <memory>

#include <qwen3vl/cpu.hpp>

#include "any_model.hpp"
#include "chat_talk.hpp"
#include "commands.hpp"
#include "on_cuda.hpp"

namespace program {
namespace {

struct CpuMachine {
  using Backend = Cpu;
  template <class T> using Model = AnyModel<Cpu, T>;
  Cpu on;
  Threads& threads() { return on.threads(); }
  std::size_t scratch_bytes() { return Cpu::scratch_bytes(on.threads().count()); }
  void expect_to_fit(const MemoryPlan& plan, std::int64_t context) { program::expect_to_fit(plan, context); }
};

void run(const ChatOptions& options) {
  if (options.backend == "cuda") return chat_on_cuda(options);
  CpuMachine machine{Cpu(options.threads)};
  run_chat(machine, options);
}

}  // namespace

void add_chat(CLI::App& app) {
  const auto options = std::make_shared<ChatOptions>();
  CLI::App* command =
      app.add_subcommand("chat", "Ask about pictures and videos; the answer goes to standard output");
  add_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  qwen3vl chat --model DIR --image cat.png --prompt \"What is it?\"\n"
      "  qwen3vl chat --model DIR --video clip.mp4 --prompt \"What happens, and when?\" --greedy\n"
      "  qwen3vl chat --model DIR --image scene.png --prompt \"Where is the cat?\" --draw where.png\n"
      "  qwen3vl chat --model DIR --image https://example.org/menu.jpg      (a conversation)");
  command->callback([options] { run(*options); });
}

}  // namespace program
