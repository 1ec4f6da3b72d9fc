#include "testing.h"

#include <datayoti/timestamp.h>

static void dates(void **state)
{
    (void)state;
    static const struct { int64_t epoch_ms; const char *text; } cases[] = {
        {INT64_C(1762180225000), "2025-11-03T14:30:25.000Z"},
        {INT64_C(1763644225123), "2025-11-20T13:10:25.123Z"},
        {DY_EARLIEST_MS, "2020-01-01T00:00:00.000Z"},
        {INT64_C(1582934400000), "2020-02-29T00:00:00.000Z"},
        {INT64_C(1583020799999), "2020-02-29T23:59:59.999Z"},
        {INT64_C(1583020800000), "2020-03-01T00:00:00.000Z"},
        {INT64_C(1735689599999), "2024-12-31T23:59:59.999Z"},
        {DY_LATEST_MS - 1, "2099-12-31T23:59:59.999Z"},
    };
    char text[DY_TIMESTAMP_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(dy_timestamp_format(cases[i].epoch_ms, text));
        assert_string_equal(text, cases[i].text);
    }
}

static void no_time_that_cannot_be(void **state)
{
    (void)state;
    static const int64_t cases[] = {0, 1000, -1, DY_EARLIEST_MS - 1, DY_LATEST_MS, INT64_MAX, INT64_MIN};
    char text[DY_TIMESTAMP_SIZE] = "?";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(dy_timestamp_format(cases[i], text));
        assert_string_equal(text, "");
    }
}

static void the_clock_dates_also_what_was_before_it_was_set(void **state)
{
    (void)state;
    dy_clock clock;
    dy_clock_init(&clock);
    assert_false(dy_clock_is_set(&clock));
    assert_int_equal(dy_clock_at(&clock, 5000), 0);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_NTP, INT64_C(1762180225000), 60000), DY_CLOCK_FIRST_SET);
    assert_true(dy_clock_at(&clock, 10000) == INT64_C(1762180175000));
    assert_true(dy_clock_at(&clock, 61000) == INT64_C(1762180226000));
}

static void the_broker_does_not_overrule_a_time_server(void **state)
{
    (void)state;
    const int64_t t = INT64_C(1762180225000);
    dy_clock clock;
    dy_clock_init(&clock);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_BROKER, 2000, 0), DY_CLOCK_REFUSED);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_BROKER, t, 0), DY_CLOCK_FIRST_SET);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_BROKER, t + 1999, 0), DY_CLOCK_UNCHANGED);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_BROKER, t + 9000, 0), DY_CLOCK_ADJUSTED);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_NTP, t, 0), DY_CLOCK_ADJUSTED);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_BROKER, t + 9000, 0), DY_CLOCK_UNCHANGED);
    // A day without the server: the broker's word counts again.
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_BROKER, t + 86400000 + 9000, 86400000), DY_CLOCK_ADJUSTED);
    assert_int_equal(dy_clock_set(&clock, DY_CLOCK_NTP, DY_LATEST_MS, 0), DY_CLOCK_REFUSED);
}

static void messages_of_the_broker(void **state)
{
    (void)state;
    int64_t epoch_ms = 0;
    const char *sound = "{\"epoch_ms\":1763644225000}";
    assert_true(dy_time_message_parse(sound, strlen(sound), &epoch_ms));
    assert_true(epoch_ms == INT64_C(1763644225000));
    static const char *const bad[] = {
        "", "1763644225000", "{}", "{\"epoch_ms\":\"1763644225000\"}", "{\"epoch_ms\":2000}", "{\"epoch_ms\":-1}",
        "{\"epoch_ms\":99999999999999999}", "{\"epoch_ms\":1763644225000", "{\"epoch_ms\":1.7e12}", "{\"epoch\":1}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(dy_time_message_parse(bad[i], strlen(bad[i]), &epoch_ms));
    char longest[DY_MESSAGE_SIZE + 1];
    memset(longest, ' ', sizeof longest);
    memcpy(longest, sound, strlen(sound));
    assert_true(dy_time_message_parse(longest, DY_MESSAGE_SIZE - 1, &epoch_ms));
    assert_false(dy_time_message_parse(longest, DY_MESSAGE_SIZE, &epoch_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),
        cmocka_unit_test(no_time_that_cannot_be),
        cmocka_unit_test(the_clock_dates_also_what_was_before_it_was_set),
        cmocka_unit_test(the_broker_does_not_overrule_a_time_server),
        cmocka_unit_test(messages_of_the_broker),
    };
    return RUN(tests);
}
