#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/curl.hpp>
#include <qwen3vl/media/data_url.hpp>
#include <qwen3vl/media/source_limits.hpp>

/// Where a picture or clip comes from:
///
///   cat.png   /pictures/cat.png            a path
///   file:///pictures/my%20cat.png          an absolute path, percent-encoded
///   data:image/png;base64,iVBORw0…         the bytes themselves
///   https://example.org/cat.png            fetched, within limits
namespace qwen3vl {

/// The address as messages show it: long ones, data: above all, are cut, control characters replaced.
inline std::string shown_address(const std::string& address) {
  std::size_t most = address.starts_with("data:") ? 40 : 120;
  if (address.size() <= most) most = address.size();
  while (most > 0 && most < address.size() && (address[most] & 0xc0) == 0x80)
    --most;  // not inside a character
  std::string shown = address.substr(0, most) + (address.size() > most ? "…" : "");
  for (char& letter : shown)
    if (static_cast<unsigned char>(letter) < 32) letter = '?';
  return shown;
}

/// "https" of "https://…", "data" of "data:…"; "" for a path. Schemes are lower-cased.
inline std::string address_scheme(std::string_view address) {
  const std::size_t colon = address.find(':');
  if (colon == std::string_view::npos || colon < 2) return "";  // C:\… is a path
  std::string scheme(address.substr(0, colon));
  for (char& letter : scheme) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    const bool allowed = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                         letter == '+' || letter == '-' || letter == '.';
    if (!allowed) return "";
  }
  return scheme == "data" || address.substr(colon).starts_with("://") ? scheme : "";
}

/// The file an address names, or nothing when it is not a local one.
inline std::optional<std::filesystem::path> local_path(const std::string& address) {
  const std::string scheme = address_scheme(address);
  if (scheme.empty()) {
    if (address.empty()) throw Error("open", "the address is empty", "give a path or a URL");
    if (address.find('\0') != std::string::npos)
      throw Error(shown_address(address), "a path with a zero byte");
    return address;
  }
  if (scheme != "file") return std::nullopt;
  std::string_view rest = std::string_view(address).substr(7);
  if (rest.starts_with("localhost/")) rest.remove_prefix(9);
  if (!rest.starts_with("/"))
    throw Error(shown_address(address), "a file:// address needs an absolute path",
                "write file:///folder/name");
  const std::string path = percent_decode(rest, shown_address(address));
  if (path.find('\0') != std::string::npos) throw Error(shown_address(address), "a path with a zero byte");
  return path;
}

/// A local file of at most limits.max_bytes.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                           const SourceLimits& limits = {}) {
  const std::string name = shown_address(path.string());
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) throw Error(name, "no such file");
  if (!std::filesystem::is_regular_file(status)) throw Error(name, "not a file but a folder or a device");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(name, "cannot be opened", "may you read it?");
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) throw Error(name, "cannot be read");
  if (size > limits.max_bytes) throw_too_large(name, limits);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::uintmax_t>(file.gcount()) != size) throw Error(name, "ended while it was being read");
  return bytes;
}

/// The bytes behind an address.
inline std::vector<std::uint8_t> read_source(const std::string& address, const SourceLimits& limits = {}) {
  if (const auto path = local_path(address)) return read_file(*path, limits);
  const std::string scheme = address_scheme(address), name = shown_address(address);
  if (scheme == "data") return decode_data_url(address, name, limits);
  if (scheme == "http" || scheme == "https") return http_get(address, name, limits);
  throw Error(name, "addresses of the kind " + scheme + ": are not read",
              "use a path, file://, data:, http:// or https://");
}

}  // namespace qwen3vl
