#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/source_limits.hpp>

/// The only header that sees libcurl.
namespace qwen3vl {

/// The body behind an http:// or https:// address. Redirects lead to http(s) alone, and not more often
/// than the limits allow. `name` is for messages. A status other than 200 … 299 is an Error.
inline std::vector<std::uint8_t> http_get(const std::string& url, const std::string& name,
                                          const SourceLimits& limits = {}) {
  struct Body {
    std::vector<std::uint8_t> bytes;
    std::uint64_t most;
    bool too_large = false, out_of_memory = false;

    static std::size_t take(char* data, std::size_t one, std::size_t count, void* self) {
      Body& body = *static_cast<Body*>(self);
      const std::size_t size = one * count;
      body.too_large = size > body.most - body.bytes.size();
      if (body.too_large) return 0;  // any number but `size` ends the transfer
      try {
        body.bytes.insert(body.bytes.end(), data, data + size);
      } catch (const std::exception&) {
        body.out_of_memory = true;  // no exception may pass through libcurl's C
        return 0;
      }
      return size;
    }
  } body{{}, limits.max_bytes};

  if (url.find('\0') != std::string::npos) throw Error(name, "an address with a zero byte");
  const std::unique_ptr<CURL, void (*)(CURL*)> call(curl_easy_init(), curl_easy_cleanup);
  if (!call) throw Error(name, "libcurl cannot be started");
  char reason[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) {
    if (curl_easy_setopt(call.get(), option, value) != CURLE_OK)
      throw Error(name, "this libcurl lacks an option we rely on", "7.85 or later is needed");
  };
  const auto milliseconds = [](std::chrono::milliseconds time) {
    return static_cast<long>(std::clamp<std::int64_t>(time.count(), 1, 1'000'000'000));
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(std::max(limits.max_redirects, 0)));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(limits.connect_timeout));
  set(CURLOPT_TIMEOUT_MS, milliseconds(limits.timeout));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(reason));
  set(CURLOPT_USERAGENT, "qwen3vl");
  set(CURLOPT_WRITEFUNCTION, &Body::take);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&body));

  const CURLcode outcome = curl_easy_perform(call.get());
  if (body.too_large) throw_too_large(name, limits);
  if (body.out_of_memory) throw Error(name, "out of memory while it was fetched");
  if (outcome == CURLE_TOO_MANY_REDIRECTS)
    throw Error(name, "more than " + std::to_string(limits.max_redirects) + " redirects");
  if (outcome == CURLE_UNSUPPORTED_PROTOCOL)
    throw Error(name, "redirected to an address that is not http(s)", "fetch it yourself and pass the file");
  if (outcome == CURLE_OPERATION_TIMEDOUT)
    throw Error(name, std::string("timed out: ") + reason, "raise SourceLimits::timeout for a slow server");
  if (outcome != CURLE_OK)
    throw Error(name, std::string("cannot be fetched: ") + (*reason ? reason : curl_easy_strerror(outcome)));
  long status = 0;
  curl_easy_getinfo(call.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299) throw Error(name, "the server answered " + std::to_string(status));
  return std::move(body.bytes);
}

}  // namespace qwen3vl
