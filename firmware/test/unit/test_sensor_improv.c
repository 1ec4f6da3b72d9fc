#include "testing.h"

#include "board.h"

/** A board that is given its network over the serial line. */

static board b;

static int setup(void **state)
{
    (void)state;
    board_make(&b);
    return 0;
}

static void ask(uint8_t command, const void *body, size_t length)
{
    uint8_t data[DY_IMPROV_DATA_MAX], packet[DY_IMPROV_PACKET_MAX + 1];
    data[0] = command;
    data[1] = (uint8_t)length;
    if (length > 0) memcpy(data + 2, body, length);
    b.uart_length = 0;
    dy_sensor_on_uart(&b.sensor, packet, dy_improv_encode(DY_IMPROV_COMMAND, data, (uint8_t)(length + 2), packet),
                      b.now_ms);
}

#define WIFI "\x07" "Plant-A\x08" "secret12"

/** The answer since `ask` is exactly these packets: type, data. */
typedef struct { uint8_t type; const char *data; size_t length; } expected;

static void expect(const expected *packets, size_t count)
{
    dy_improv_parser parser;
    dy_improv_packet packet;
    size_t found = 0;
    dy_improv_parser_init(&parser);
    for (size_t i = 0; i < b.uart_length; i++) {
        if (dy_improv_push(&parser, b.uart[i], &packet) != DY_IMPROV_PACKET) continue;
        assert_true(found < count);
        assert_int_equal(packet.type, packets[found].type);
        assert_int_equal(packet.length, packets[found].length);
        assert_memory_equal(packet.data, packets[found].data, packet.length);
        found++;
    }
    assert_int_equal(found, count);
}

#define STATE(s) {DY_IMPROV_STATE, s, 1}
#define ERROR(e) {DY_IMPROV_ERROR, e, 1}
#define RESULT(text) {DY_IMPROV_RESULT, text, sizeof text - 1}
#define EXPECT(...) expect((const expected[]){__VA_ARGS__}, sizeof(const expected[]){__VA_ARGS__} / sizeof(expected))

static void a_board_without_wifi_gets_it_and_goes_on(void **state)
{
    (void)state;
    fake_keys_remove(&b.keys, "wifi_ssid");
    board_start(&b);
    assert_int_equal(b.joins, 0);
    ask(2, NULL, 0);
    EXPECT(ERROR("\0"), STATE("\2"));
    ask(1, WIFI, sizeof WIFI - 1);
    EXPECT(ERROR("\0"), STATE("\3"));
    assert_string_equal(b.ssid, "Plant-A");
    assert_string_equal(b.pass, "secret12");
    b.uart_length = 0;
    dy_sensor_on_wifi_up(&b.sensor, -60, "192.168.4.31", b.now_ms);
    EXPECT(STATE("\4"), RESULT("\1\0"));
    assert_string_equal(fake_keys_get_text(&b.keys, "wifi_ssid"), "Plant-A");
    assert_string_equal(fake_keys_get_text(&b.keys, "wifi_pass"), "secret12");
    assert_int_equal(b.connects, 1);
    assert_true(board_said(&b, "I datayoti: Wi-Fi \"Plant-A\" stored"));
    for (size_t i = 0; i < b.logged; i++) assert_null(strstr(b.log[i], "secret12"));
    board_run_to_question(&b);
    ask(2, NULL, 0);
    EXPECT(ERROR("\0"), STATE("\4"), RESULT("\2\0"));
    board_start(&b);
    assert_string_equal(b.ssid, "Plant-A");
}

static void an_empty_board_is_on_its_network_but_has_no_broker(void **state)
{
    (void)state;
    fake_keys_clear(&b.keys);
    board_start(&b);
    ask(1, WIFI, sizeof WIFI - 1);
    dy_sensor_on_wifi_up(&b.sensor, -60, "192.168.4.31", b.now_ms);
    assert_int_equal(b.connects, 0);
    assert_true(board_said(&b, "E datayoti: configuration incomplete: mqtt_host, mqtt_user, mqtt_pass, site_ref"));
    board_start(&b);
    assert_string_equal(b.ssid, "Plant-A");
    assert_int_equal(b.sensor.report.schema, 1);
}

static void a_network_that_cannot_be_joined_leads_back_to_the_old_one(void **state)
{
    (void)state;
    board_start(&b);
    board_go_online(&b);
    ask(1, WIFI, sizeof WIFI - 1);
    assert_false(dy_sensor_is_online(&b.sensor));
    b.uart_length = 0;
    dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_WRONG_PASSWORD, b.now_ms);
    EXPECT(ERROR("\3"), STATE("\2"));
    assert_string_equal(b.ssid, "Cellar");
    assert_string_equal(fake_keys_get_text(&b.keys, "wifi_ssid"), "Cellar");
    board_go_online(&b);
    assert_true(dy_sensor_is_online(&b.sensor));
}

static void a_network_that_does_not_answer_is_given_up(void **state)
{
    (void)state;
    fake_keys_clear(&b.keys);
    board_start(&b);
    ask(1, WIFI, sizeof WIFI - 1);
    board_run(&b, 31000);
    EXPECT(ERROR("\0"), STATE("\3"), ERROR("\3"), STATE("\2"));
    unsigned joins = b.joins;
    board_run(&b, 600000);
    assert_int_equal(b.joins, joins);
}

static void what_it_says_of_itself(void **state)
{
    (void)state;
    board_start(&b);
    ask(3, NULL, 0);
    EXPECT(ERROR("\0"), RESULT("\3\x29\x0f" "datayoti-sensor\x05" "1.0.0\x04" "host\x0d" "DataYoti 1824"));
    ask(5, NULL, 0);
    EXPECT(ERROR("\0"), RESULT("\5\x0e\x0d" "datayoti-1824"));
    ask(7, NULL, 0);
    EXPECT(ERROR("\0"), RESULT("\7\2\1" "2"));
    board_go_online(&b);
    ask(7, NULL, 0);
    EXPECT(ERROR("\0"), RESULT("\7\2\1" "3"));
}

static void names_are_kept(void **state)
{
    (void)state;
    board_start(&b);
    ask(6, "Cave \xc3\xa0 vin", 11);
    EXPECT(ERROR("\0"), RESULT("\6\x0c\x0b" "Cave \xc3\xa0 vin"));
    ask(5, "cellar-3", 8);
    EXPECT(ERROR("\0"), RESULT("\5\x09\x08" "cellar-3"));
    assert_string_equal(fake_keys_get_text(&b.keys, "dev_name"), "Cave \xc3\xa0 vin");
    board_start(&b);
    ask(5, NULL, 0);
    EXPECT(ERROR("\0"), RESULT("\5\x09\x08" "cellar-3"));
    char longest[241];
    memset(longest, 'n', sizeof longest);
    ask(6, longest, 240);
    ask(3, NULL, 0);
    // It leaves no room beside the firmware's: the short one stands in.
    EXPECT(ERROR("\0"), RESULT("\3\x29\x0f" "datayoti-sensor\x05" "1.0.0\x04" "host\x0d" "DataYoti 1824"));
    ask(6, longest, 241);
    EXPECT(ERROR("\0"), ERROR("\1"));
    ask(6, "a\nb", 3);
    EXPECT(ERROR("\0"), ERROR("\1"));
    ask(6, "\xff", 1);
    EXPECT(ERROR("\0"), ERROR("\1"));
    ask(5, "-bad", 4);
    EXPECT(ERROR("\5"));
    b.keys.read_only = true;
    ask(5, "cellar-4", 8);
    EXPECT(ERROR("\0"), ERROR("\xff"));
    ask(6, "Cave", 4);
    EXPECT(ERROR("\0"), ERROR("\xff"));
    assert_true(board_said(&b, "E datayoti: NVS cannot be written"));
}

static void networks_that_it_hears(void **state)
{
    (void)state;
    static const dy_network networks[] = {{"Plant-A", -52, true}, {"", -60, true}, {"Open", -71, false}};
    board_start(&b);
    ask(4, NULL, 0);
    EXPECT(ERROR("\0"));
    dy_sensor_on_scan(&b.sensor, networks, 3, b.now_ms);
    EXPECT(ERROR("\0"), RESULT("\4\x10\7" "Plant-A\3" "-52\3" "YES"), RESULT("\4\x0c\4" "Open\3" "-71\2" "NO"), RESULT("\4\0"));
    b.uart_length = 0;
    dy_sensor_on_scan(&b.sensor, networks, 3, b.now_ms);
    assert_int_equal(b.uart_length, 0);
    // A scan that never ends, and one that cannot begin.
    ask(4, NULL, 0);
    board_run(&b, 16000);
    EXPECT(ERROR("\0"), RESULT("\4\0"));
    b.can_scan = false;
    ask(4, NULL, 0);
    EXPECT(ERROR("\0"), RESULT("\4\0"));
}

static void what_cannot_be_understood(void **state)
{
    (void)state;
    uint8_t packet[DY_IMPROV_PACKET_MAX + 1];
    board_start(&b);
    ask(0, NULL, 0);
    EXPECT(ERROR("\2"));
    ask(8, NULL, 0);
    EXPECT(ERROR("\2"));
    ask(1, "\x05" "ab", 3);
    EXPECT(ERROR("\0"), ERROR("\1"));
    b.uart_length = 0;
    dy_sensor_on_uart(&b.sensor, packet, dy_improv_encode(DY_IMPROV_COMMAND, (const uint8_t *)"\2\5", 2, packet), b.now_ms);
    EXPECT(ERROR("\1"));
    b.uart_length = 0;
    size_t length = dy_improv_encode(DY_IMPROV_COMMAND, (const uint8_t *)"\2", 2, packet);
    packet[length - 2] ^= 1;
    dy_sensor_on_uart(&b.sensor, packet, length, b.now_ms);
    EXPECT(ERROR("\1"));
    // Packets of the device itself, echoed by a line, are not answered.
    b.uart_length = 0;
    dy_sensor_on_uart(&b.sensor, packet, dy_improv_encode(DY_IMPROV_STATE, (const uint8_t *)"\2", 1, packet), b.now_ms);
    assert_int_equal(b.uart_length, 0);
}

static void a_newer_layout_is_not_written_to(void **state)
{
    (void)state;
    fake_keys_number(&b.keys, "schema", DY_TYPE_U8, 2);
    board_start(&b);
    ask(1, WIFI, sizeof WIFI - 1);
    EXPECT(ERROR("\0"), ERROR("\3"));
    assert_int_equal(b.joins, 0);
    assert_string_equal(fake_keys_get_text(&b.keys, "wifi_ssid"), "Cellar");
}

static void a_store_that_takes_nothing_is_told(void **state)
{
    (void)state;
    board_start(&b);
    b.keys.read_only = true;
    ask(1, WIFI, sizeof WIFI - 1);
    dy_sensor_on_wifi_up(&b.sensor, -60, "192.168.4.31", b.now_ms);
    assert_true(board_said(&b, "E datayoti: NVS cannot be written"));
    assert_false(board_said(&b, "stored"));
    assert_int_equal(b.connects, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_board_without_wifi_gets_it_and_goes_on, setup),
        cmocka_unit_test_setup(an_empty_board_is_on_its_network_but_has_no_broker, setup),
        cmocka_unit_test_setup(a_network_that_cannot_be_joined_leads_back_to_the_old_one, setup),
        cmocka_unit_test_setup(a_network_that_does_not_answer_is_given_up, setup),
        cmocka_unit_test_setup(what_it_says_of_itself, setup),
        cmocka_unit_test_setup(names_are_kept, setup),
        cmocka_unit_test_setup(networks_that_it_hears, setup),
        cmocka_unit_test_setup(what_cannot_be_understood, setup),
        cmocka_unit_test_setup(a_newer_layout_is_not_written_to, setup),
        cmocka_unit_test_setup(a_store_that_takes_nothing_is_told, setup),
    };
    return RUN(tests);
}
