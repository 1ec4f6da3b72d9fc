#include "testing.h"

#include <datayoti/payload.h>

#define MAC "1C:69:20:E9:18:24"
/** 2025-11-03T14:30:25.000Z */
#define EPOCH_MS INT64_C(1762180225000)

static char text[DY_PAYLOAD_SIZE];

static void reading_is_byte_for_byte_the_published_one(void **state)
{
    (void)state;
    int length = dy_payload_data(text, sizeof text, MAC, EPOCH_MS, 2250, 6530);
    assert_string_equal(text, "{\"device_id\":\"1C:69:20:E9:18:24\",\"timestamp\":\"2025-11-03T14:30:25.000Z\","
                              "\"temperature\":22.5,\"humidity\":65.3}");
    assert_int_equal(length, strlen(text));
}

static void heartbeat_has_the_published_fields_first(void **state)
{
    (void)state;
    dy_heartbeat heartbeat = {.mac = MAC, .site_ref = "SITE_001", .epoch_ms = EPOCH_MS, .has_rssi = true, .rssi = -45,
                              .free_heap = 234567, .min_heap = 198000, .uptime_s = 3600, .queued = 0};
    assert_true(dy_payload_heartbeat(text, sizeof text, &heartbeat) > 0);
    assert_string_equal(text, "{\"device_id\":\"1C:69:20:E9:18:24\",\"site_id\":\"SITE_001\","
                              "\"timestamp\":\"2025-11-03T14:30:25.000Z\",\"rssi\":-45,\"free_heap\":234567,"
                              "\"uptime\":3600,\"min_heap\":198000,\"ntp_sync\":true,\"queued\":0}");
}

static void heartbeat_tells_the_rest_behind(void **state)
{
    (void)state;
    dy_heartbeat heartbeat = {.mac = MAC, .site_ref = "S", .fw = "1.0.0", .chip = "ESP32-C3", .ip = "192.168.4.31",
                              .reset_reason = "brown-out", .queued = 12};
    assert_true(dy_payload_heartbeat(text, sizeof text, &heartbeat) > 0);
    // Neither a signal nor a time: both are left out, never -999 or 1970.
    assert_string_equal(text, "{\"device_id\":\"1C:69:20:E9:18:24\",\"site_id\":\"S\",\"free_heap\":0,\"uptime\":0,"
                              "\"min_heap\":0,\"ntp_sync\":false,\"fw\":\"1.0.0\",\"chip\":\"ESP32-C3\","
                              "\"ip\":\"192.168.4.31\",\"reset_reason\":\"brown-out\",\"queued\":12}");
}

static void status_tells_online_from_offline(void **state)
{
    (void)state;
    assert_true(dy_payload_status(text, sizeof text, MAC, EPOCH_MS, true) > 0);
    assert_string_equal(text, "{\"device_id\":\"1C:69:20:E9:18:24\",\"timestamp\":\"2025-11-03T14:30:25.000Z\","
                              "\"status\":\"online\"}");
    assert_true(dy_payload_status(text, sizeof text, MAC, 0, false) > 0);
    assert_string_equal(text, "{\"device_id\":\"1C:69:20:E9:18:24\",\"status\":\"offline\"}");
}

static void a_reading_without_a_time_is_none(void **state)
{
    (void)state;
    assert_int_equal(dy_payload_data(text, sizeof text, MAC, 2000, 2250, 6530), -1);
    assert_string_equal(text, "");
}

static void texts_are_escaped(void **state)
{
    (void)state;
    dy_heartbeat heartbeat = {.mac = MAC, .site_ref = "\"\\\b\f\n\r\t\x01" "é\xff", .epoch_ms = 0};
    assert_true(dy_payload_heartbeat(text, sizeof text, &heartbeat) > 0);
    assert_non_null(strstr(text, "\"site_id\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001é\xEF\xBF\xBD\","));
}

static void what_does_not_fit_is_refused_and_stays_in_its_bounds(void **state)
{
    (void)state;
    char whole[DY_PAYLOAD_SIZE];
    int length = dy_payload_data(whole, sizeof whole, MAC, EPOCH_MS, -4000, 10000);
    for (size_t size = 1; size <= (size_t)length; size++) {
        memset(text, '#', sizeof text);
        assert_int_equal(dy_payload_data(text, size, MAC, EPOCH_MS, -4000, 10000), -1);
        assert_int_equal(text[size], '#');
        assert_int_equal(strlen(text), size - 1);
    }
    assert_int_equal(dy_payload_data(text, (size_t)length + 1, MAC, EPOCH_MS, -4000, 10000), length);
}

static void the_longest_heartbeat_fits(void **state)
{
    (void)state;
    char site[DY_SITE_SIZE];
    memset(site, 1, sizeof site - 1);
    site[sizeof site - 1] = '\0';
    dy_heartbeat heartbeat = {.mac = MAC, .site_ref = site, .epoch_ms = EPOCH_MS, .has_rssi = true, .rssi = -127,
                              .free_heap = UINT32_MAX, .min_heap = UINT32_MAX, .uptime_s = UINT64_MAX,
                              .fw = "123.123.123-beta.10+0123456", .chip = "ESP32-C3", .ip = "255.255.255.255",
                              .reset_reason = "interrupt-watchdog", .queued = UINT32_MAX};
    assert_true(dy_payload_heartbeat(text, sizeof text, &heartbeat) > 0);
}

static void numbers_have_no_useless_zeros(void **state)
{
    (void)state;
    static const struct { int32_t value; const char *text; } cases[] = {
        {2250, "22.5"}, {2200, "22"}, {2205, "22.05"}, {0, "0"}, {5, "0.05"}, {-5, "-0.05"}, {-50, "-0.5"},
        {-4000, "-40"}, {10000, "100"}, {INT32_MIN, "-21474836.48"}, {INT32_MAX, "21474836.47"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(dy_format_hundredths(text, sizeof text, cases[i].value), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
    assert_int_equal(dy_format_hundredths(text, 4, 2205), -1);
}

static void topics_and_names(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x1c, 0x69, 0x20, 0xe9, 0x18, 0x24};
    char mac[DY_MAC_SIZE];
    dy_mac_format(bytes, mac);
    assert_string_equal(mac, MAC);
    static const char *const names[] = {"data", "heartbeat", "status", "cmd"};
    for (int channel = DY_CHANNEL_DATA; channel <= DY_CHANNEL_CMD; channel++) {
        char expected[DY_TOPIC_SIZE] = "datayoti/sensor/1C:69:20:E9:18:24/";
        strcat(expected, names[channel]);
        assert_true(dy_topic(text, DY_TOPIC_SIZE, MAC, (dy_channel)channel) > 0);
        assert_string_equal(text, expected);
    }
    assert_true(dy_client_id(text, DY_CLIENT_ID_SIZE, MAC, 1) > 0);
    assert_string_equal(text, "ESP32Client-1C:69:20:E9:18:24-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_is_byte_for_byte_the_published_one),
        cmocka_unit_test(heartbeat_has_the_published_fields_first),
        cmocka_unit_test(heartbeat_tells_the_rest_behind),
        cmocka_unit_test(status_tells_online_from_offline),
        cmocka_unit_test(a_reading_without_a_time_is_none),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(what_does_not_fit_is_refused_and_stays_in_its_bounds),
        cmocka_unit_test(the_longest_heartbeat_fits),
        cmocka_unit_test(numbers_have_no_useless_zeros),
        cmocka_unit_test(topics_and_names),
    };
    return RUN(tests);
}
