// http against a server of our own on 127.0.0.1, a few lines of Python.

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/media/source.hpp>

using namespace qwen3vl;

namespace {

const char* const server_script = R"(
import http.server, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    def log_message(self, *a): pass
    def do_GET(self):
        p = self.path
        if p == "/cat": self.answer(200, b"meow")
        elif p.startswith("/hop/"):
            n = int(p[5:])
            self.move("/cat" if n == 1 else "/hop/%d" % (n - 1))
        elif p == "/to-file": self.move("file:///etc/hostname")
        elif p == "/to-ftp": self.move("ftp://127.0.0.1/x")
        elif p == "/large": self.answer(200, b"x" * 100000)
        elif p == "/endless":
            self.send_response(200); self.end_headers()
            try:
                while True: self.wfile.write(b"x" * 65536)
            except OSError: pass
        elif p == "/slow":
            self.send_response(200); self.end_headers(); self.wfile.write(b"m"); self.wfile.flush(); time.sleep(20)
        elif p == "/short":
            self.send_response(200); self.send_header("Content-Length", "100"); self.end_headers(); self.wfile.write(b"m")
        else: self.answer(404, b"no such cat")
    def answer(self, status, body):
        self.send_response(status); self.send_header("Content-Length", str(len(body))); self.end_headers()
        try: self.wfile.write(body)
        except OSError: pass
    def move(self, to):
        self.send_response(302); self.send_header("Location", to); self.end_headers()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
)";

/// Runs the script until destroyed. No base when python3 is missing.
struct Server {
  pid_t process = -1;
  std::string base;

  Server() {
    int out[2];
    if (pipe(out) != 0) return;
    process = fork();
    if (process == 0) {
      dup2(out[1], 1);
      close(out[0]), close(out[1]);
      execlp("python3", "python3", "-c", server_script, static_cast<char*>(nullptr));
      _exit(127);
    }
    close(out[1]);
    std::FILE* line = fdopen(out[0], "r");
    int port = 0;
    if (std::fscanf(line, "%d", &port) == 1) base = "http://127.0.0.1:" + std::to_string(port);
    std::fclose(line);
    setenv("no_proxy", "127.0.0.1", 1);
  }
  ~Server() {
    if (process <= 0) return;
    kill(process, SIGTERM);
    waitpid(process, nullptr, 0);
  }
};

std::string read(const std::string& address, const SourceLimits& limits = {}) {
  const auto bytes = read_source(address, limits);
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("http: fetched within limits, or refused with the reason") {
  const Server server;
  if (server.base.empty()) {
    MESSAGE("skipped: no python3 to serve http");
    return;
  }
  const auto refuses = [&](const char* path, const char* words, const SourceLimits& limits = {}) {
    CAPTURE(path);
    CHECK_THROWS_WITH_AS(read_source(server.base + path, limits), doctest::Contains(words), Error);
  };
  SUBCASE("a body, also after redirects") {
    CHECK(read(server.base + "/cat") == "meow");
    CHECK(read(server.base + "/hop/5") == "meow");
    refuses("/hop/6", "more than 5 redirects");
    refuses("/hop/1", "more than 0 redirects", {.max_redirects = 0});
  }
  SUBCASE("redirects lead to http(s) alone") {
    refuses("/to-file", "redirected to an address that is not http(s)");
    refuses("/to-ftp", "redirected to an address that is not http(s)");
  }
  SUBCASE("no body larger than the limit, announced or not") {
    CHECK(read(server.base + "/large", {.max_bytes = 100000}).size() == 100000);
    refuses("/large", "more than the limit of 99999 bytes", {.max_bytes = 99999});
    refuses("/endless", "more than the limit of 1000000 bytes", {.max_bytes = 1000000});
  }
  SUBCASE("a server that stops talking") {
    const auto start = std::chrono::steady_clock::now();
    refuses("/slow", "timed out", {.timeout = std::chrono::milliseconds(300)});
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    refuses("/short", "cannot be fetched");
  }
  SUBCASE("an error of the server, and no server") {
    refuses("/none", "the server answered 404");
    CHECK_THROWS_WITH_AS(read_source("http://127.0.0.1:1/cat"), doctest::Contains("cannot be fetched"),
                         Error);
    CHECK_THROWS_WITH_AS(read_source("http://"), doctest::Contains("cannot be fetched"), Error);
  }
}
