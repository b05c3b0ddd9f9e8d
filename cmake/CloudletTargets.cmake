# How every target of this project is compiled, and the two functions that declare one.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(cloudlet_options INTERFACE)
target_include_directories(cloudlet_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(cloudlet_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # These of g++ 12 warn of what is not there once it optimises: string concatenation (GCC bugs
  # 105651, 105329) and moved variants.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized>
  $<$<BOOL:${CLOUDLET_STRICT}>:-Werror>)
target_compile_definitions(cloudlet_options INTERFACE
  CLOUDLET_VERSION="${PROJECT_VERSION}" _FILE_OFFSET_BITS=64)
if(CLOUDLET_SANITIZE)
  target_compile_options(cloudlet_options INTERFACE
    -fsanitize=${CLOUDLET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # Under a sanitizer GCC takes much of the standard library for uninitialised or overrun (its
  # manual says so of -fsanitize); the other presets keep these warnings.
  foreach(warning maybe-uninitialized stringop-overflow stringop-overread array-bounds)
    target_compile_options(cloudlet_options INTERFACE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-${warning}>)
  endforeach()
  target_link_options(cloudlet_options INTERFACE -fsanitize=${CLOUDLET_SANITIZE})
endif()
if(CLOUDLET_FUZZ)
  # Every object carries coverage, so that libFuzzer sees into the parsers.
  target_compile_options(cloudlet_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(cloudlet_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# engine_library(NAME SOURCES ... LINKS ...): one library per engine folder. LINKS names only
# lower layers and third parties; tests/tidy checks the includes for the same direction.
function(engine_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(engine_${NAME} STATIC ${ARG_SOURCES})
  target_link_libraries(engine_${NAME} PUBLIC cloudlet_options ${ARG_LINKS})
endfunction()

# What has Qt says Q_SIGNALS, not signals: the engine's and Boost's names are not Qt's keywords.
add_library(qt_options INTERFACE)
target_compile_definitions(qt_options INTERFACE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII
  QT_NO_CAST_TO_ASCII)

# qt_moc(TARGET HEADER ...): adds what moc makes of these headers of the current folder. Not
# AUTOMOC: it shows moc the standard library's headers, and moc 6.4 stumbles over some of C++20.
function(qt_moc TARGET)
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  foreach(header ${ARGN})
    set(source ${CMAKE_CURRENT_SOURCE_DIR}/${header})
    string(REGEX REPLACE "\\.h$" "" name ${header})
    set(made ${CMAKE_CURRENT_BINARY_DIR}/${TARGET}_moc/moc_${name}.cpp)
    add_custom_command(OUTPUT ${made} COMMAND Qt6::moc -p ${folder} -o ${made} ${source}
      DEPENDS ${source} VERBATIM)
    target_sources(${TARGET} PRIVATE ${made})
  endforeach()
endfunction()

# qt_translations(TARGET LANGUAGE ...): translations/cloudlet-studio_LANGUAGE.ts in the program, as
# :/translations. Not qt_add_translations: that is of a package with all of Qt's designer.
function(qt_translations TARGET)
  find_program(LRELEASE lrelease HINTS "${QT6_INSTALL_PREFIX}/${QT6_INSTALL_BINS}" REQUIRED)
  foreach(language ${ARGN})
    set(source ${CMAKE_SOURCE_DIR}/translations/cloudlet-studio_${language}.ts)
    set(made ${CMAKE_CURRENT_BINARY_DIR}/cloudlet-studio_${language}.qm)
    add_custom_command(OUTPUT ${made} COMMAND ${LRELEASE} -silent ${source} -qm ${made}
      DEPENDS ${source} VERBATIM)
    list(APPEND all ${made})
  endforeach()
  qt_add_resources(${TARGET} translations PREFIX "/translations"
    BASE "${CMAKE_CURRENT_BINARY_DIR}" FILES ${all})
endfunction()

# engine_test(FOLDER NAME LINKS ...): tests/FOLDER/tst_NAME.cpp, a Qt Test program of that name.
# LABEL unit by default; a test that runs a virtual machine says "vm".
function(engine_test FOLDER NAME)
  cmake_parse_arguments(ARG "" "TIMEOUT;LABEL" "LINKS" ${ARGN})
  set(target ${FOLDER}_tst_${NAME})  # two folders may hold files of one name
  set(source ${CMAKE_SOURCE_DIR}/tests/${FOLDER}/tst_${NAME}.cpp)
  set(mocFolder ${CMAKE_CURRENT_BINARY_DIR}/${target}_moc)
  set(moc ${mocFolder}/tst_${NAME}.moc)
  # A test's own text is all that moc needs; see qt_moc.
  add_custom_command(OUTPUT ${moc} COMMAND Qt6::moc -o ${moc} ${source} DEPENDS ${source} VERBATIM)
  add_executable(${target} ${source} ${moc})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME tst_${NAME})
  target_include_directories(${target} PRIVATE ${mocFolder})
  target_link_libraries(${target} PRIVATE ${ARG_LINKS} test_support Qt6::Test)
  add_test(NAME ${FOLDER}/${NAME} COMMAND ${target})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(CLOUDLET_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5")  # ThreadSanitizer costs that much
  endif()
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  set_tests_properties(${FOLDER}/${NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${ARG_LABEL}
    ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp")
endfunction()
