#include "testing.h"

#include <datayoti/command.h>
#include <datayoti/limits.h>

static dy_command command;

static bool parse(const char *payload)
{
    return dy_command_parse(payload, strlen(payload), &command);
}

static void the_three_commands(void **state)
{
    (void)state;
    assert_true(parse("{\"cmd\":\"blink\",\"seconds\":20}"));
    assert_int_equal(command.kind, DY_CMD_BLINK);
    assert_int_equal(command.seconds, 20);
    assert_true(parse("{\"seconds\":5,\"cmd\":\"blink\",\"by\":\"marie\"}"));
    assert_int_equal(command.seconds, 5);
    assert_true(parse("{\"cmd\":\"blink\"}"));
    assert_int_equal(command.seconds, DY_BLINK_DEFAULT_S);
    assert_true(parse("{\"cmd\":\"measure\"}"));
    assert_int_equal(command.kind, DY_CMD_MEASURE);
    assert_true(parse("{\"cmd\":\"restart\"}"));
    assert_int_equal(command.kind, DY_CMD_RESTART);
}

static void anything_else_is_none(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", "blink", "{}", "{\"cmd\":1}", "{\"cmd\":\"format\"}", "{\"cmd\":\"blink\",\"seconds\":0}",
        "{\"cmd\":\"blink\",\"seconds\":601}", "{\"cmd\":\"blink\",\"seconds\":-5}", "{\"cmd\":\"blink\",\"seconds\":\"20\"}",
        "{\"cmd\":\"restart\"", "[\"restart\"]",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(parse(cases[i]));
        assert_int_equal(command.kind, DY_CMD_NONE);
    }
    char longest[DY_MESSAGE_SIZE] = "{\"cmd\":\"restart\"}";
    memset(longest + 17, ' ', sizeof longest - 17);
    assert_true(dy_command_parse(longest, DY_MESSAGE_SIZE - 1, &command));
    assert_false(dy_command_parse(longest, DY_MESSAGE_SIZE, &command));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_commands),
        cmocka_unit_test(anything_else_is_none),
    };
    return RUN(tests);
}
