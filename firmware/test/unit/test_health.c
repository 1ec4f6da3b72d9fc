#include "testing.h"

#include <datayoti/health.h>
#include <datayoti/log.h>

static void heap_limits(void **state)
{
    (void)state;
    assert_int_equal(dy_heap_judge(50000), DY_HEAP_FINE);
    assert_int_equal(dy_heap_judge(49999), DY_HEAP_IS_LOW);
    assert_int_equal(dy_heap_judge(20000), DY_HEAP_IS_LOW);
    assert_int_equal(dy_heap_judge(19999), DY_HEAP_IS_CRITICAL);
}

static void counters_stop_at_their_end(void **state)
{
    (void)state;
    uint32_t counter = UINT32_MAX - 1;
    dy_count(&counter);
    dy_count(&counter);
    assert_int_equal(counter, UINT32_MAX);
}

static void every_reset_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (int a = DY_RESET_UNKNOWN; a <= DY_RESET_OTHER; a++) {
        for (int b = DY_RESET_UNKNOWN; b < a; b++)
            assert_string_not_equal(dy_reset_name((dy_reset_reason)a), dy_reset_name((dy_reset_reason)b));
    }
    assert_string_equal(dy_reset_name(DY_RESET_BROWN_OUT), "brown-out");
    assert_string_equal(dy_reset_name((dy_reset_reason)99), "unknown");
}

static void log_lines_are_whole(void **state)
{
    (void)state;
    for (int id = 0; id < DY_LOG_COUNT; id++) {
        const dy_log_line *line = dy_log_line_of((dy_log_id)id);
        assert_true(line->level <= DY_LEVEL_I);
        assert_true(strlen(line->tag) > 0 && strlen(line->format) > 0);
        assert_null(strchr(line->format, '\n'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_limits),
        cmocka_unit_test(counters_stop_at_their_end),
        cmocka_unit_test(every_reset_has_a_word_of_its_own),
        cmocka_unit_test(log_lines_are_whole),
    };
    return RUN(tests);
}
