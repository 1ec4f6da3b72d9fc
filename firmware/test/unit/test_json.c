#include "testing.h"

#include <json_object.h>

static dy_json_value value;

static bool member(const char *json)
{
    return dy_json_member(json, strlen(json), "a", &value);
}

static void integers(void **state)
{
    (void)state;
    static const struct { const char *json; int64_t integer; } cases[] = {
        {"{\"a\":0}", 0}, {"{\"a\":-0}", 0}, {" { \"a\" : -17 , \"b\" : 2 } ", -17}, {"{\"a\":20.9}", 20},
        {"{\"a\":1,\"a\":2}", 2}, {"{\"a\":999999999999999999}", INT64_C(999999999999999999)},
        {"{\"b\":{\"a\":5},\"a\":6}", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(member(cases[i].json));
        assert_int_equal(value.kind, DY_JSON_INTEGER);
        assert_true(value.integer == cases[i].integer);
    }
}

static void other_values(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"a\":1e3}", "{\"a\":1E+3}", "{\"a\":1e-3}", "{\"a\":1234567890123456789}", "{\"a\":true}", "{\"a\":false}",
        "{\"a\":null}", "{\"a\":[]}", "{\"a\":[1, [2], {\"x\":\"y\"}]}", "{\"a\":{}}", "{\"a\":\"\\u00e9\\n\"}",
        "{\"a\":\"a text that is longer than any word\"}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(member(cases[i]));
        assert_int_equal(value.kind, DY_JSON_OTHER);
    }
    assert_true(member("{\"a\":\"blink\"}"));
    assert_int_equal(value.kind, DY_JSON_STRING);
    assert_string_equal(value.text, "blink");
}

static void absent(void **state)
{
    (void)state;
    static const char *const cases[] = {"{}", " { } ", "{\"b\":1}", "{\"b\":{\"a\":1}}", "{\"\\u0061\":1}"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(member(cases[i]));
        assert_int_equal(value.kind, DY_JSON_ABSENT);
    }
}

static void what_is_no_object(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", "x", "[]", "1", "\"a\"", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1}x", "{\"a\":01}",
        "{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":+1}", "{\"a\":\"}", "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}", "{\"a\":\"\n\"}", "{\"a\":tru}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":1 \"b\":2}",
        "{\"a\":\"\\", "{\"a\":[[[[[[[[1]]]]]]]]}", "{\"a\":\"b\\", "{1:2}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(member(cases[i]));
        assert_int_equal(value.kind, DY_JSON_ABSENT);
    }
    assert_false(dy_json_member("{\"a\":1\0}", 8, "a", &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(other_values),
        cmocka_unit_test(absent),
        cmocka_unit_test(what_is_no_object),
    };
    return RUN(tests);
}
