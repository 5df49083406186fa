#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

/// What memory there is, and what this process has used of it. Linux.
namespace program {

/// The most this process ever had in memory, mapped weights included.
inline std::size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

/// From now on, peak_memory() counts anew; where the system does not let it, it goes on counting.
inline void reset_peak_memory() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;
}

/// What this process has in memory now.
inline std::size_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// What a process may still take: free memory and caches that can be dropped, within the control
/// group's limit. The largest number there is where the system does not say.
inline std::size_t available_memory() {
  std::size_t available = std::numeric_limits<std::size_t>::max();
  std::ifstream meminfo("/proc/meminfo");
  for (std::string key; meminfo >> key;) {
    std::size_t kilobytes = 0;
    if (key == "MemAvailable:" && meminfo >> kilobytes) available = kilobytes * 1024;
    meminfo.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  const auto number = [](const char* path, const std::string& wanted = "") {
    std::ifstream file(path);
    std::size_t value = 0;
    if (wanted.empty()) return file >> value ? value : std::numeric_limits<std::size_t>::max();
    for (std::string key; file >> key >> value;)
      if (key == wanted) return value;
    return std::size_t{0};
  };
  const std::size_t limit = number("/sys/fs/cgroup/memory.max");
  if (limit == std::numeric_limits<std::size_t>::max()) return available;
  const char* const stat = "/sys/fs/cgroup/memory.stat";
  const std::size_t files = number(stat, "inactive_file") + number(stat, "active_file");  // can be dropped
  std::size_t used = number("/sys/fs/cgroup/memory.current");
  used = used > limit ? 0 : used - std::min(used, files);
  return std::min(available, limit - used);
}

/// "4.25 GB", "512 MB"
inline std::string bytes_text(std::size_t bytes) {
  char text[32];
  const double b = static_cast<double>(bytes);
  if (b >= 1e9)
    std::snprintf(text, sizeof text, "%.2f GB", b / 1e9);
  else if (b >= 1e6)
    std::snprintf(text, sizeof text, "%.1f MB", b / 1e6);
  else
    std::snprintf(text, sizeof text, "%.1f kB", b / 1e3);
  return text;
}

}  // namespace program
