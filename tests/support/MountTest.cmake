# mount_test(FOLDER NAME LIBRARY...): a test that starts the real cloudletfs.
function(mount_test FOLDER NAME)
  engine_test(${FOLDER} ${NAME} LINKS engine_mount ${ARGN} TIMEOUT 240)
  add_dependencies(${FOLDER}_tst_${NAME} cloudletfs)
  target_compile_definitions(${FOLDER}_tst_${NAME} PRIVATE
    MOUNT_PROGRAM="$<TARGET_FILE:cloudletfs>")
  # A race in cloudletfs, whose words nobody hears, ends it, and so the test.
  set_tests_properties(${FOLDER}/${NAME} PROPERTIES ENVIRONMENT
    "TSAN_OPTIONS=halt_on_error=1:suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp")
endfunction()
