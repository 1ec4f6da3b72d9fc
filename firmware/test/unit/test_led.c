#include "testing.h"

#include <datayoti/led.h>

/** How often it goes on within ten seconds, watched only when the code itself says that it changes. */
static unsigned flashes(dy_led_code code)
{
    unsigned count = 0;
    bool was_on = false;
    for (uint64_t at = 0; at < 12000;) {
        bool on = dy_led_is_on(code, at);
        if (on && !was_on) count++;
        was_on = on;
        uint32_t next = dy_led_next_ms(code, at);
        assert_true(next > 0);
        for (uint64_t t = at; code != DY_LED_BUTTON && t < at + next; t += 7)
            assert_int_equal(dy_led_is_on(code, t), on);
        at += next;
    }
    return count;
}

static void codes_can_be_told_apart(void **state)
{
    (void)state;
    assert_int_equal(flashes(DY_LED_ONLINE), 4);
    assert_int_equal(flashes(DY_LED_NO_WIFI), 12);
    assert_int_equal(flashes(DY_LED_NO_BROKER), 18);
    assert_int_equal(flashes(DY_LED_NOT_CONFIGURED), 12);
    assert_int_equal(flashes(DY_LED_NO_SENSOR), 16);
    assert_int_equal(flashes(DY_LED_FIND_ME), 48);
    assert_int_equal(flashes(DY_LED_BUTTON), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(codes_can_be_told_apart)};
    return RUN(tests);
}
