#include "testing.h"

#include <datayoti/improv.h>

static dy_improv_parser parser;
static dy_improv_packet packet;

/** @returns the last thing found among the bytes; every packet counts in `packets` */
static dy_improv_found push(const void *bytes, size_t length, unsigned *packets)
{
    dy_improv_found last = DY_IMPROV_NOTHING;
    for (size_t i = 0; i < length; i++) {
        dy_improv_found found = dy_improv_push(&parser, ((const uint8_t *)bytes)[i], &packet);
        if (found != DY_IMPROV_NOTHING) last = found;
        if (found == DY_IMPROV_PACKET && packets != NULL) ++*packets;
    }
    return last;
}

static void packets_as_the_specification_has_them(void **state)
{
    (void)state;
    static const uint8_t ready[] = "IMPROV\x01\x01\x01\x02\xe2\n";
    static const uint8_t unable[] = "IMPROV\x01\x02\x01\x03\xe4\n";
    static const uint8_t scan_end[] = "IMPROV\x01\x04\x02\x04\x00\xe8\n";
    uint8_t out[DY_IMPROV_PACKET_MAX + 1];
    uint8_t value = DY_IMPROV_READY;
    assert_int_equal(dy_improv_encode(DY_IMPROV_STATE, &value, 1, out), sizeof ready - 1);
    assert_memory_equal(out, ready, sizeof ready - 1);
    value = DY_IMPROV_UNABLE_TO_CONNECT;
    assert_int_equal(dy_improv_encode(DY_IMPROV_ERROR, &value, 1, out), sizeof unable - 1);
    assert_memory_equal(out, unable, sizeof unable - 1);
    assert_int_equal(dy_improv_encode_result(DY_IMPROV_CMD_SCAN, NULL, 0, out), sizeof scan_end - 1);
    assert_memory_equal(out, scan_end, sizeof scan_end - 1);
}

static void a_command_among_log_lines(void **state)
{
    (void)state;
    static const uint8_t wifi[] = "I (12) IMPRO IMPIMPROV\x01\x03\x13\x01\x11\x07Plant-A\x08secret12\x6b\nmore";
    char ssid[DY_SSID_SIZE], pass[DY_WIFI_PASS_SIZE];
    dy_improv_call call;
    unsigned packets = 0;
    dy_improv_parser_init(&parser);
    assert_int_equal(push(wifi, sizeof wifi - 1, &packets), DY_IMPROV_PACKET);
    assert_int_equal(packets, 1);
    assert_int_equal(packet.type, DY_IMPROV_COMMAND);
    assert_true(dy_improv_parse_call(&packet, &call));
    assert_int_equal(call.command, DY_IMPROV_CMD_WIFI);
    assert_true(dy_improv_parse_wifi(&call, ssid, pass));
    assert_string_equal(ssid, "Plant-A");
    assert_string_equal(pass, "secret12");
}

static void a_damaged_packet_gives_way_to_the_next(void **state)
{
    (void)state;
    static const uint8_t state_request[] = "IMPROV\x01\x03\x02\x02\x00\xe5";
    uint8_t bytes[400];
    unsigned packets = 0;
    dy_improv_parser_init(&parser);
    // A length that was damaged upwards swallows the packets behind it, and gives them back.
    memcpy(bytes, state_request, 12);
    bytes[8] = 60;
    for (int i = 1; i < 8; i++) memcpy(bytes + 12 * i, state_request, 12);
    (void)push(bytes, 96, &packets);
    assert_int_equal(packets, 7);
    packets = 0;
    memcpy(bytes, state_request, 12);
    bytes[11] ^= 1;
    assert_int_equal(push(bytes, 12, &packets), DY_IMPROV_BAD_CHECKSUM);
    assert_int_equal(push(state_request, 12, &packets), DY_IMPROV_PACKET);
    assert_int_equal(packets, 1);
}

static void every_length_comes_back(void **state)
{
    (void)state;
    uint8_t data[DY_IMPROV_DATA_MAX], out[DY_IMPROV_PACKET_MAX + 1];
    dy_improv_parser_init(&parser);
    for (unsigned length = 0; length <= DY_IMPROV_DATA_MAX; length++) {
        for (unsigned i = 0; i < length; i++) data[i] = (uint8_t)(i * 7 + length);
        unsigned packets = 0;
        assert_int_equal(push(out, dy_improv_encode(9, data, (uint8_t)length, out), &packets), DY_IMPROV_PACKET);
        assert_int_equal(packets, 1);
        assert_int_equal(packet.type, 9);
        assert_int_equal(packet.length, length);
        assert_memory_equal(packet.data, data, length);
    }
}

static void results_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    uint8_t out[DY_IMPROV_PACKET_MAX + 1];
    char text[300];
    memset(text, 'x', sizeof text);
    text[252] = '\0';
    assert_int_equal(dy_improv_encode_result(3, (const char *[]){text}, 1, out), DY_IMPROV_PACKET_MAX + 1);
    text[252] = 'x';
    text[253] = '\0';
    assert_int_equal(dy_improv_encode_result(3, (const char *[]){text}, 1, out), 0);
    text[253] = 'x';
    text[299] = '\0';
    assert_int_equal(dy_improv_encode_result(3, (const char *[]){text}, 1, out), 0);
    text[252] = '\0';
    assert_int_equal(dy_improv_encode_result(3, (const char *[]){text, ""}, 2, out), 0);
}

static void calls_whose_lengths_do_not_add_up(void **state)
{
    (void)state;
    char ssid[DY_SSID_SIZE], pass[DY_WIFI_PASS_SIZE];
    dy_improv_call call;
    packet = (dy_improv_packet){.type = 3, .length = 1, .data = {2}};
    assert_false(dy_improv_parse_call(&packet, &call));
    packet = (dy_improv_packet){.type = 3, .length = 2, .data = {2, 1}};
    assert_false(dy_improv_parse_call(&packet, &call));
    static const struct { const char *body; uint8_t length; } bad[] = {
        {"", 0}, {"\0\0", 2}, {"\x01" "a", 2}, {"\x01" "a\x05" "12345", 8}, {"\x01" "a\x09" "12345678", 11},
        {"\x01" "a\x08" "12345678x", 12}, {"\x21" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0", 35}, {"\x02" "a\0\0", 4},
        {"\x05" "a", 2}, {"\x01" "a\x08" "1234567\0", 11},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        call = (dy_improv_call){.command = 1, .length = bad[i].length, .body = (const uint8_t *)bad[i].body};
        assert_false(dy_improv_parse_wifi(&call, ssid, pass));
    }
    call = (dy_improv_call){.command = 1, .length = 3, .body = (const uint8_t *)"\x01" "a\0"};
    assert_true(dy_improv_parse_wifi(&call, ssid, pass));
    assert_string_equal(pass, "");
}

static void hostnames(void **state)
{
    (void)state;
    char label[64];
    memset(label, 'a', sizeof label);
    assert_true(dy_valid_hostname("datayoti-1824", 13));
    assert_true(dy_valid_hostname("A9", 2));
    assert_true(dy_valid_hostname(label, 63));
    assert_false(dy_valid_hostname(label, 64));
    static const char *const bad[] = {"", "-a", "a-", "a.b", "a b", "a_b", "é"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(dy_valid_hostname(bad[i], strlen(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_as_the_specification_has_them),
        cmocka_unit_test(a_command_among_log_lines),
        cmocka_unit_test(a_damaged_packet_gives_way_to_the_next),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(results_that_do_not_fit_are_refused),
        cmocka_unit_test(calls_whose_lengths_do_not_add_up),
        cmocka_unit_test(hostnames),
    };
    return RUN(tests);
}
