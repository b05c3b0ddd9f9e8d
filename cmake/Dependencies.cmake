# Third-party libraries, all from Debian 12. README.md says what each is for.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(fmt 9 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(CLI11 2.1 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(PNG REQUIRED)
pkg_check_modules(LIBVIRT REQUIRED IMPORTED_TARGET libvirt libvirt-qemu)
pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(FUSE3 REQUIRED IMPORTED_TARGET fuse3)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
# Debian has no library of xdelta3: installer/xdelta3.sh fetches the source, which is one file that
# includes the others. Without secondary compression, which the format does not use, and with
# windows of 2 MiB, which bound what its decoder allocates.
set(CLOUDLET_XDELTA3 "${CMAKE_SOURCE_DIR}/build/xdelta3/source" CACHE PATH "xdelta3's source")
set(XDELTA3_FOUND OFF)
if(EXISTS "${CLOUDLET_XDELTA3}/xdelta3.c")
  set(XDELTA3_FOUND ON)
  add_library(xdelta3 STATIC "${CLOUDLET_XDELTA3}/xdelta3.c")
  target_include_directories(xdelta3 SYSTEM PUBLIC "${CLOUDLET_XDELTA3}")
  target_compile_definitions(xdelta3 PUBLIC _GNU_SOURCE SIZEOF_SIZE_T=8
    SIZEOF_UNSIGNED_LONG_LONG=8 XD3_USE_LARGEFILE64=1 XD3_HARDMAXWINSIZE=\(1U<<21\) XD3_MAIN=0
    SECONDARY_DJW=0 SECONDARY_FGK=0 SECONDARY_LZMA=0 REGRESSION_TEST=0
    PRIVATE NDEBUG)
  target_compile_options(xdelta3 PRIVATE -w -O2)
  # Not "undefined": its hashes shift as C's standard leaves open.
  string(REGEX MATCH "address|thread" sanitizer "${CLOUDLET_SANITIZE}")
  if(sanitizer)
    target_compile_options(xdelta3 PRIVATE -fsanitize=${sanitizer})
  endif()
  if(CLOUDLET_FUZZ)
    target_compile_options(xdelta3 PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endif()
if(CLOUDLET_TESTS)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Test)
endif()
