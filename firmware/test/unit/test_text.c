#include "testing.h"

#include <crc32.h>
#include <text_writer.h>
#include <utf8.h>

static void numbers(void **state)
{
    (void)state;
    char text[64];
    dy_writer writer = dy_writer_on(text, sizeof text);
    dy_write_signed(&writer, INT64_MIN);
    dy_write(&writer, " ");
    dy_write_unsigned(&writer, UINT64_MAX, 1);
    dy_write(&writer, " ");
    dy_write_unsigned(&writer, 7, 3);
    assert_string_equal(text, "-9223372036854775808 18446744073709551615 007");
    assert_int_equal(dy_writer_end(&writer), strlen(text));
}

static void a_full_buffer_stays_a_text(void **state)
{
    (void)state;
    char text[4];
    dy_writer writer = dy_writer_on(text, sizeof text);
    dy_write(&writer, "abcdef");
    dy_write(&writer, "g");
    assert_string_equal(text, "abc");
    assert_int_equal(dy_writer_end(&writer), -1);
}

static void characters(void **state)
{
    (void)state;
    static const struct { const char *text; size_t length; } cases[] = {
        {"a", 1}, {"é", 2}, {"漢", 3}, {"🌡", 4}, {"\x80", 0}, {"\xC0\x80", 0}, {"\xC2", 0}, {"\xE0\x80\x80", 0},
        {"\xED\xA0\x80", 0}, {"\xF0\x80\x80\x80", 0}, {"\xF4\x90\x80\x80", 0}, {"\xF5\x80\x80\x80", 0}, {"", 0},
        {"\xE6\xBC", 0}, {"\xE6\xBC" "a", 0}, {"\xF0\x9F\x8C\xC0", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(dy_utf8_length(cases[i].text, strlen(cases[i].text)), cases[i].length);
    assert_int_equal(dy_utf8_count("aé漢🌡", 10), 4);
    assert_int_equal(dy_utf8_count("a\xff", 2), -1);
}

static void control_characters(void **state)
{
    (void)state;
    assert_false(dy_has_control_characters("Cave à vin – Ö", strlen("Cave à vin – Ö")));
    assert_true(dy_has_control_characters("a\nb", 3));
    assert_true(dy_has_control_characters("a\x7f", 2));
    assert_true(dy_has_control_characters("\xC2\x85", 2));
}

static void crc_is_the_usual_one(void **state)
{
    (void)state;
    assert_int_equal(dy_crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(dy_crc32(dy_crc32(0, "1234", 4), "56789", 5), 0xCBF43926);
    assert_int_equal(dy_crc32(0, "", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(a_full_buffer_stays_a_text),
        cmocka_unit_test(characters),
        cmocka_unit_test(control_characters),
        cmocka_unit_test(crc_is_the_usual_one),
    };
    return RUN(tests);
}
