#include "testing.h"

#include "board.h"

/** What a sensor sends, when, and with what time. */

static board b;

#define DATA "{\"device_id\":\"1C:69:20:E9:18:24\",\"timestamp\":\"2025-11-03T14:30:25.000Z\",\"temperature\":22.5,\"humidity\":65.3}"

static int setup(void **state)
{
    (void)state;
    board_make(&b);
    board_start(&b);
    return 0;
}

static void from_power_on_to_the_published_reading(void **state)
{
    (void)state;
    assert_true(board_said(&b, "I datayoti: DataYoti sensor 1.0.0, 1C:69:20:E9:18:24"));
    assert_true(board_said(&b, "I datayoti: site SITE_001, every 60 s"));
    assert_string_equal(b.ssid, "Cellar");
    board_go_online(&b);
    assert_true(board_said(&b, "I datayoti: Wi-Fi connected, RSSI -45 dBm (excellent), sta ip: 192.168.4.31"));
    assert_true(board_said(&b, "I datayoti: MQTT connected"));
    assert_int_equal(b.ntp_starts, 1);
    assert_int_equal(b.subscriptions, 2);
    board_run_to_question(&b);
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_measured(&b, 225, 653);
    assert_string_equal(board_last(&b, DY_CHANNEL_DATA)->payload, DATA);
    assert_string_equal(board_last(&b, DY_CHANNEL_DATA)->topic, "datayoti/sensor/1C:69:20:E9:18:24/data");
    assert_false(board_last(&b, DY_CHANNEL_DATA)->retained);
    board_acknowledge(&b);
    assert_true(board_said(&b, "I datayoti: published 22.5 C, 65.3 %, 0 waiting"));
    assert_int_equal(dy_queue_count(&b.sensor.queue), 0);
}

static void the_connection_that_is_asked_for(void **state)
{
    (void)state;
    board_go_online(&b);
    assert_string_equal(b.setup.host, "192.168.4.2");
    assert_int_equal(b.setup.port, 1883);
    assert_null(b.setup.ca);
    assert_string_equal(b.setup.client_id, "ESP32Client-1C:69:20:E9:18:24-1");
    assert_string_equal(b.setup.user, "sensor-1");
    assert_string_equal(b.setup.password, "of-the-test");
    assert_int_equal(b.setup.keepalive_s, 90);
    assert_string_equal(b.setup.will_topic, "datayoti/sensor/1C:69:20:E9:18:24/status");
    assert_string_equal(b.setup.will_payload, "{\"device_id\":\"1C:69:20:E9:18:24\",\"status\":\"offline\"}");
    assert_string_equal(board_last(&b, DY_CHANNEL_STATUS)->payload,
                        "{\"device_id\":\"1C:69:20:E9:18:24\",\"status\":\"online\"}");
    assert_true(board_last(&b, DY_CHANNEL_STATUS)->retained);
}

static void heartbeat_of_the_example(void **state)
{
    (void)state;
    board_go_online(&b);
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS - 3600 * 1000, b.now_ms);
    // An hour in which only time passes.
    for (int minute = 0; minute < 60; minute++) {
        board_run(&b, 60000);
        board_acknowledge(&b);
        b.publications = 0;
    }
    board_message(&b, "datayoti/sensor/1C:69:20:E9:18:24/cmd", "{\"cmd\":\"measure\"}");
    assert_string_equal(board_last(&b, DY_CHANNEL_HEARTBEAT)->payload,
                        "{\"device_id\":\"1C:69:20:E9:18:24\",\"site_id\":\"SITE_001\","
                        "\"timestamp\":\"2025-11-03T14:30:25.000Z\",\"rssi\":-45,\"free_heap\":234567,\"uptime\":3600,"
                        "\"min_heap\":198000,\"ntp_sync\":true,\"fw\":\"1.0.0\",\"chip\":\"host\",\"ip\":\"192.168.4.31\","
                        "\"reset_reason\":\"power-on\",\"queued\":0}");
}

static void once_a_minute_reading_and_heartbeat_together(void **state)
{
    (void)state;
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_go_online(&b);
    uint64_t first = 0;
    for (int minute = 0; minute < 10; minute++) {
        board_run_to_question(&b);
        if (minute == 0) first = b.now_ms;
        assert_int_equal(b.now_ms, first + (uint64_t)minute * 60000);
        b.now_ms += 25;
        board_measured(&b, 200 + minute, 500);
        board_acknowledge(&b);
        assert_int_equal(board_count(&b, DY_CHANNEL_DATA), minute + 1);
        // The first heartbeat went with the connection.
        assert_in_range(board_count(&b, DY_CHANNEL_HEARTBEAT), minute + 1, minute + 2);
    }
}

static void calibration_moves_the_values(void **state)
{
    (void)state;
    fake_keys_number(&b.keys, "t_off_cdeg", DY_TYPE_I16, -125);
    fake_keys_number(&b.keys, "h_off_cpct", DY_TYPE_I16, 3500);
    board_start(&b);
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_go_online(&b);
    board_run_to_question(&b);
    board_measured(&b, 225, 653);
    const char *payload = board_last(&b, DY_CHANNEL_DATA)->payload;
    assert_non_null(strstr(payload, "\"temperature\":21.25,\"humidity\":100}"));
    board_forget_log(&b);
    board_run_to_question(&b);
    board_measured(&b, -395, 653);
    assert_true(board_said(&b, "E dht22: impossible value"));
}

static void without_a_time_readings_wait_and_are_dated_when_it_comes(void **state)
{
    (void)state;
    board_go_online(&b);
    for (int i = 0; i < 3; i++) {
        board_run_to_question(&b);
        board_measured(&b, 200 + i, 500);
    }
    uint64_t last = b.now_ms;
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 0);
    assert_true(board_said(&b, "W datayoti: no time yet, readings wait"));
    assert_null(strstr(board_last(&b, DY_CHANNEL_HEARTBEAT)->payload, "timestamp"));
    assert_non_null(strstr(board_last(&b, DY_CHANNEL_HEARTBEAT)->payload, "\"ntp_sync\":false"));
    b.now_ms += 10000;
    board_message(&b, DY_TIME_TOPIC, "{\"epoch_ms\":1762180225000}");
    assert_true(board_said(&b, "I datayoti: time set by datayoti/time: 2025-11-03T14:30:25.000Z"));
    assert_int_equal(b.clock_sets, 1);
    for (int i = 0; i < 3; i++) board_acknowledge(&b);
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 3);
    // The last of them was measured ten seconds before the clock was set.
    assert_int_equal(last + 10000, b.now_ms);
    assert_non_null(strstr(board_last(&b, DY_CHANNEL_DATA)->payload, "2025-11-03T14:30:15.000Z"));
    for (size_t i = 0; i < b.publications; i++) assert_null(strstr(b.published[i].payload, "1970"));
}

static void what_was_never_dated_before_a_restart_is_dropped_and_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        board_run_to_question(&b);
        board_measured(&b, 200 + i, 500);
    }
    board_start(&b);
    assert_true(board_said(&b, "I datayoti: 4 readings wait from before"));
    board_go_online(&b);
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_run_to_question(&b);
    board_measured(&b, 210, 500);
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 1);
    assert_int_equal(b.sensor.queue.undatable, 4);
    assert_true(board_said(&b, "W datayoti: reading from before the restart has no time, dropped"));
}

static void one_reading_at_a_time_and_in_order(void **state)
{
    (void)state;
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    for (int i = 0; i < 5; i++) {
        board_run_to_question(&b);
        board_measured(&b, 200 + i, 500);
    }
    board_go_online(&b);
    for (size_t i = 1; i <= 5; i++) {
        char expected[] = "\"temperature\":20.0,";
        expected[sizeof expected - 3] = (char)('0' + i - 1);
        assert_int_equal(board_count(&b, DY_CHANNEL_DATA), i);
        if (i > 1) assert_non_null(strstr(board_last(&b, DY_CHANNEL_DATA)->payload, expected));
        dy_sensor_on_acknowledged(&b.sensor, board_last(&b, DY_CHANNEL_DATA)->message, b.now_ms);
    }
    assert_int_equal(dy_queue_count(&b.sensor.queue), 0);
    assert_int_equal(b.sensor.health.sent, 5);
    // An acknowledgement that comes twice means nothing.
    dy_sensor_on_acknowledged(&b.sensor, board_last(&b, DY_CHANNEL_DATA)->message, b.now_ms);
    assert_int_equal(b.sensor.health.sent, 5);
}

static void what_was_under_way_is_sent_again_after_a_loss(void **state)
{
    (void)state;
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_go_online(&b);
    board_run_to_question(&b);
    board_measured(&b, 225, 653);
    int32_t lost = board_last(&b, DY_CHANNEL_DATA)->message;
    char first[DY_PAYLOAD_SIZE];
    strcpy(first, board_last(&b, DY_CHANNEL_DATA)->payload);
    dy_sensor_on_mqtt_down(&b.sensor, DY_MQTT_LOST, b.now_ms);
    dy_sensor_on_acknowledged(&b.sensor, lost, b.now_ms);
    board_run(&b, 5000);
    dy_sensor_on_mqtt_up(&b.sensor, b.now_ms);
    board_run(&b, 10);
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 2);
    assert_string_equal(board_last(&b, DY_CHANNEL_DATA)->payload, first);
}

static void a_broker_that_does_not_acknowledge_is_left(void **state)
{
    (void)state;
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_go_online(&b);
    board_run_to_question(&b);
    board_measured(&b, 225, 653);
    unsigned stops = b.stops;
    board_run(&b, 29900);
    assert_int_equal(b.stops, stops);
    board_run(&b, 200);
    assert_int_equal(b.stops, stops + 1);
    assert_true(board_said(&b, "W datayoti: MQTT connection lost"));
    board_run(&b, 5000);
    assert_int_equal(b.connects, 2);
}

static void a_client_that_is_full_is_asked_again(void **state)
{
    (void)state;
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_go_online(&b);
    board_run_to_question(&b);
    b.takes_messages = false;
    b.sensor.heartbeat_ms = b.now_ms;
    board_measured(&b, 225, 653);
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 0);
    b.takes_messages = true;
    board_run(&b, 1100);
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 1);
    assert_int_equal(board_count(&b, DY_CHANNEL_HEARTBEAT), 2);
}

static void commands_are_obeyed(void **state)
{
    (void)state;
    const char *cmd = "datayoti/sensor/1C:69:20:E9:18:24/cmd";
    board_go_online(&b);
    board_run_to_question(&b);
    board_measured(&b, 225, 653);
    board_run(&b, 5000);
    unsigned reads = b.dht_reads;
    board_message(&b, cmd, "{\"cmd\":\"measure\"}");
    assert_int_equal(b.dht_reads, reads + 1);
    board_message(&b, cmd, "{\"cmd\":\"measure\"}");
    assert_int_equal(b.dht_reads, reads + 1);
    board_measured(&b, 225, 653);
    board_message(&b, cmd, "{\"cmd\":\"measure\"}");
    // The element is asked again only after its pause.
    assert_int_equal(b.dht_reads, reads + 1);
    board_run(&b, 2500);
    assert_int_equal(b.dht_reads, reads + 2);

    unsigned changes = b.led_changes;
    board_message(&b, cmd, "{\"cmd\":\"blink\",\"seconds\":2}");
    board_run(&b, 2000);
    assert_in_range(b.led_changes - changes, 15, 18);

    board_message(&b, cmd, "{\"cmd\":\"restart\"}");
    board_message(&b, cmd, "{\"cmd\":\"restart\"}");
    assert_int_equal(b.restarts, 0);
    assert_non_null(strstr(board_last(&b, DY_CHANNEL_STATUS)->payload, "offline"));
    board_run(&b, 600);
    assert_int_equal(b.restarts, 1);
    assert_int_equal(b.sensor.queue.ram_count, 0);
}

static void messages_that_make_no_sense_are_counted_and_told(void **state)
{
    (void)state;
    board_go_online(&b);
    board_message(&b, "datayoti/sensor/1C:69:20:E9:18:24/cmd", "{\"cmd\":\"format\"}");
    board_message(&b, DY_TIME_TOPIC, "{\"epoch_ms\":2000}");
    board_message(&b, "datayoti/sensor/AA:AA:AA:AA:AA:AA/cmd", "{\"cmd\":\"restart\"}");
    assert_int_equal(b.sensor.health.bad_messages, 2);
    assert_true(board_said(&b, "W datayoti: message on cmd makes no sense"));
    assert_true(board_said(&b, "W datayoti: message on datayoti/time makes no sense"));
    board_run(&b, 1000);
    assert_int_equal(b.restarts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(from_power_on_to_the_published_reading, setup),
        cmocka_unit_test_setup(the_connection_that_is_asked_for, setup),
        cmocka_unit_test_setup(heartbeat_of_the_example, setup),
        cmocka_unit_test_setup(once_a_minute_reading_and_heartbeat_together, setup),
        cmocka_unit_test_setup(calibration_moves_the_values, setup),
        cmocka_unit_test_setup(without_a_time_readings_wait_and_are_dated_when_it_comes, setup),
        cmocka_unit_test_setup(what_was_never_dated_before_a_restart_is_dropped_and_counted, setup),
        cmocka_unit_test_setup(one_reading_at_a_time_and_in_order, setup),
        cmocka_unit_test_setup(what_was_under_way_is_sent_again_after_a_loss, setup),
        cmocka_unit_test_setup(a_broker_that_does_not_acknowledge_is_left, setup),
        cmocka_unit_test_setup(a_client_that_is_full_is_asked_again, setup),
        cmocka_unit_test_setup(commands_are_obeyed, setup),
        cmocka_unit_test_setup(messages_that_make_no_sense_are_counted_and_told, setup),
    };
    return RUN(tests);
}
