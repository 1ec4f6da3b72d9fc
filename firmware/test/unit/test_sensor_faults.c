#include "testing.h"

#include "board.h"

/** What goes wrong in the field: each with its behaviour, its line in the log, and its way back without a restart. */

static board b;

static int setup(void **state)
{
    (void)state;
    board_make(&b);
    board_start(&b);
    return 0;
}

static int never_restarts(void **state)
{
    (void)state;
    return b.restarts == 0 ? 0 : -1;
}

static void a_wrong_wifi_password(void **state)
{
    (void)state;
    for (unsigned attempt = 1; attempt <= 10; attempt++) {
        assert_int_equal(b.joins, attempt);
        dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_WRONG_PASSWORD, b.now_ms);
        while (b.sensor.conn.state != DY_CONN_WIFI_JOINING) board_run(&b, 1000);
    }
    assert_true(board_said(&b, "W datayoti: Wi-Fi \"Cellar\": wrong password (reason 15)"));
    assert_true(board_said(&b, "I datayoti: next attempt in "));
    for (size_t i = 0; i < b.logged && i < BOARD_LOGGED; i++) assert_null(strstr(b.log[i], "not-a-real-one"));
    // The access point was put right.
    board_go_online(&b);
    assert_true(dy_sensor_is_online(&b.sensor));
}

static void no_such_network_no_address_and_silence(void **state)
{
    (void)state;
    dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_NO_NETWORK, b.now_ms);
    assert_true(board_said(&b, "W datayoti: Wi-Fi \"Cellar\": no such network (reason 201)"));
    board_run(&b, 3000);
    dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_NO_ADDRESS, b.now_ms);
    assert_true(board_said(&b, "W datayoti: Wi-Fi \"Cellar\": joined, but no address from DHCP"));
    board_run(&b, 6000);
    assert_int_equal(b.joins, 3);
    board_run(&b, 31000);
    assert_true(board_said(&b, "W datayoti: Wi-Fi \"Cellar\": no answer in time"));
    assert_int_equal(b.leaves, 1);
    board_run(&b, 11000);
    dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_OTHER, b.now_ms);
    assert_true(board_said(&b, "W datayoti: Wi-Fi \"Cellar\": could not join"));
    board_run(&b, 21000);
    board_go_online(&b);
    assert_true(dy_sensor_is_online(&b.sensor));
    dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_LOST, b.now_ms);
    assert_true(board_said(&b, "W datayoti: Wi-Fi \"Cellar\": connection lost"));
    assert_int_equal(b.sensor.health.wifi_failures, 5);
    // Nothing is being joined or held: what the driver says now means nothing.
    dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_LOST, b.now_ms);
    assert_int_equal(b.sensor.health.wifi_failures, 5);
}

static void a_broker_that_refuses_or_cannot_be_reached(void **state)
{
    (void)state;
    static const struct { dy_mqtt_failure failure; const char *line; } cases[] = {
        {DY_MQTT_REFUSED_LOGIN, "E datayoti: MQTT login refused"},
        {DY_MQTT_REFUSED_RIGHTS, "E datayoti: MQTT not authorised"},
        {DY_MQTT_UNREACHABLE, "E datayoti: MQTT unreachable: 192.168.4.2:1883"},
        {DY_MQTT_TIMEOUT, "E datayoti: MQTT unreachable: no answer from 192.168.4.2:1883"},
        {DY_MQTT_TLS, "E datayoti: MQTT unreachable: the broker's certificate was not accepted"},
        {DY_MQTT_OTHER, "E datayoti: MQTT connection failed"},
    };
    dy_sensor_on_wifi_up(&b.sensor, -60, "192.168.4.31", b.now_ms);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        board_forget_log(&b);
        assert_int_equal(b.connects, i + 1);
        dy_sensor_on_mqtt_down(&b.sensor, cases[i].failure, b.now_ms);
        assert_true(board_said(&b, cases[i].line));
        board_run(&b, 200000);
        // The next attempt is under way, or was and was given up.
        while (b.connects < i + 2 || b.sensor.conn.state != DY_CONN_MQTT_CONNECTING) board_run(&b, 1000);
        b.connects = (unsigned)i + 2;
    }
    assert_true(board_said(&b, "I datayoti: MQTT connecting to 192.168.4.2:1883 as sensor-1"));
    dy_sensor_on_mqtt_up(&b.sensor, b.now_ms);
    assert_true(dy_sensor_is_online(&b.sensor));
    // An attempt that nobody answers.
    dy_sensor_on_mqtt_down(&b.sensor, DY_MQTT_LOST, b.now_ms);
    board_forget_log(&b);
    board_run(&b, 25000);
    assert_true(board_said(&b, "E datayoti: MQTT unreachable: no answer from 192.168.4.2:1883"));
}

static void a_signal_that_is_too_weak(void **state)
{
    (void)state;
    b.facts.rssi = -88;
    dy_sensor_on_wifi_up(&b.sensor, -88, "192.168.4.31", b.now_ms);
    assert_true(board_said(&b, "W datayoti: signal too weak: -88 dBm, no connection is tried"));
    board_run(&b, 600000);
    assert_int_equal(b.connects, 0);
    b.facts.rssi = -70;
    board_run(&b, 11000);
    assert_true(board_said(&b, "I datayoti: signal usable again: -70 dBm"));
    assert_int_equal(b.connects, 1);
}

static void an_unplugged_dht(void **state)
{
    (void)state;
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    board_go_online(&b);
    for (int i = 0; i < 3; i++) {
        board_run_to_question(&b);
        dy_sensor_on_dht(&b.sensor, NULL, 0, b.now_ms);
    }
    assert_true(board_said(&b, "E dht22: no response pulse"));
    assert_int_equal(b.sensor.health.dht_silent, 3);
    assert_int_equal(b.sensor.measuring.failures, 1);
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 0);
    // The board itself goes on reporting.
    size_t beats = board_count(&b, DY_CHANNEL_HEARTBEAT);
    board_run(&b, 121000);
    assert_true(board_count(&b, DY_CHANNEL_HEARTBEAT) >= beats + 2);
    // Three attempts a minute, the port's silence counts as the element's.
    board_run_to_question(&b);
    board_measured(&b, 225, 653);
    assert_int_equal(b.sensor.measuring.failures, 0);
    assert_int_equal(board_count(&b, DY_CHANNEL_DATA), 1);
}

static void damaged_frames_are_read_again(void **state)
{
    (void)state;
    dy_pulse pulses[DY_DHT_MAX_PULSES] = {{.level = 0, .us = 80}, {.level = 1, .us = 80}};
    for (int i = 2; i < 82; i++) pulses[i] = (dy_pulse){.level = (uint8_t)(i % 2), .us = i % 2 == 0 ? 50 : 70};
    board_run_to_question(&b);
    uint64_t slot = b.now_ms;
    dy_sensor_on_dht(&b.sensor, pulses, 82, b.now_ms);
    assert_true(board_said(&b, "E dht22: checksum error"));
    board_run_to_question(&b);
    assert_int_equal(b.now_ms - slot, dy_dht_pause_ms(22));
    dy_sensor_on_dht(&b.sensor, pulses, 20, b.now_ms);
    assert_true(board_said(&b, "E dht22: unreadable answer"));
    board_run_to_question(&b);
    board_measured(&b, 225, 653);
    assert_int_equal(b.sensor.health.measured, 1);
    assert_int_equal(b.sensor.health.dht_checksum, 1);
    assert_int_equal(b.sensor.health.dht_other, 1);
    board_run_to_question(&b);
    assert_int_equal(b.now_ms - slot, 60000);
    // What was not asked for is not taken.
    board_measured(&b, 225, 653);
    board_measured(&b, 225, 653);
    assert_int_equal(b.sensor.health.measured, 2);
}

static void no_configuration(void **state)
{
    (void)state;
    fake_keys_clear(&b.keys);
    board_start(&b);
    unsigned joins = b.joins, reads = b.dht_reads;
    assert_true(board_said(&b, "W datayoti: not configured: NVS namespace \"datayoti\" is empty"));
    board_forget_log(&b);
    board_run(&b, 600000);
    assert_int_equal(b.logged, 10);
    assert_int_equal(b.joins, joins);
    assert_int_equal(b.dht_reads, reads);
    assert_int_equal(b.sensor.led_code, DY_LED_NOT_CONFIGURED);
}

static void a_configuration_that_is_not_whole(void **state)
{
    (void)state;
    fake_keys_remove(&b.keys, "mqtt_pass");
    fake_keys_number(&b.keys, "dht_type", DY_TYPE_U8, 21);
    board_start(&b);
    assert_true(board_said(&b, "E datayoti: configuration incomplete: mqtt_pass, dht_type"));
    // It joins its network, so that it can be found there, and goes no further.
    dy_sensor_on_wifi_up(&b.sensor, -60, "192.168.4.31", b.now_ms);
    board_run(&b, 600000);
    assert_int_equal(b.connects, 0);
    assert_int_equal(b.dht_reads, 0);
}

static void a_newer_or_unreadable_configuration(void **state)
{
    (void)state;
    unsigned joins = b.joins;
    fake_keys_number(&b.keys, "schema", DY_TYPE_U8, 2);
    board_start(&b);
    assert_true(board_said(&b, "E datayoti: configuration has schema 2, this firmware knows 1"));
    b.keys.broken = true;
    board_start(&b);
    assert_true(board_said(&b, "E datayoti: NVS cannot be read"));
    board_run(&b, 600000);
    assert_int_equal(b.joins, joins);
}

static void a_named_sensor_says_its_name(void **state)
{
    (void)state;
    fake_keys_text(&b.keys, "dev_name", "Cave");
    board_start(&b);
    assert_true(board_said(&b, "I datayoti: site SITE_001, \"Cave\", every 60 s"));
    fake_keys_text(&b.keys, "wifi_ssid", "two\nlines");
    board_start(&b);
    assert_true(board_said(&b, "Wi-Fi connecting to \"two?lines\""));
}

static void little_memory_is_told_once(void **state)
{
    (void)state;
    board_go_online(&b);
    b.facts.free_heap = 49000;
    board_run(&b, 200000);
    assert_true(board_said(&b, "W datayoti: heap low: 49000 bytes"));
    board_forget_log(&b);
    board_run(&b, 120000);
    assert_false(board_said(&b, "heap"));
    b.facts.free_heap = 12000;
    board_run(&b, 120000);
    assert_true(board_said(&b, "E datayoti: heap critical: 12000 bytes"));
}

static void a_day_without_wifi_and_then_more_than_it_can_hold(void **state)
{
    (void)state;
    fake_flash_init(&b.flash, 16);
    board_start(&b);
    dy_sensor_on_time(&b.sensor, BOARD_EPOCH_MS, b.now_ms);
    uint32_t capacity = dy_queue_capacity(&b.sensor.queue);
    assert_true(capacity >= 24 * 60);
    for (int minute = 0; minute < 24 * 60; minute++) {
        board_run_to_question(&b);
        board_measured(&b, minute % 300, 500);
        if (b.sensor.conn.state == DY_CONN_WIFI_JOINING)
            dy_sensor_on_wifi_down(&b.sensor, DY_WIFI_NO_NETWORK, b.now_ms);
    }
    assert_int_equal(dy_queue_count(&b.sensor.queue), 24 * 60);
    assert_int_equal(b.sensor.queue.dropped, 0);
    board_forget_log(&b);
    uint32_t more = 2000;
    for (uint32_t minute = 0; minute < more; minute++) {
        board_run_to_question(&b);
        board_measured(&b, 225, 500);
    }
    uint32_t kept = dy_queue_count(&b.sensor.queue);
    assert_true(kept >= capacity);
    assert_int_equal(b.sensor.queue.dropped, 24 * 60 + more - kept);
    assert_true(board_said(&b, "W datayoti: queue full, 127 oldest readings dropped"));
    // All that was kept arrives, each once, in order, with the time at which it was measured.
    board_go_online(&b);
    char last[DY_PAYLOAD_SIZE] = "";
    uint32_t arrived = 0;
    for (; dy_queue_count(&b.sensor.queue) > 0 && arrived < 10000; arrived++) {
        const board_publication *p = board_last(&b, DY_CHANNEL_DATA);
        assert_true(strcmp(p->payload, last) > 0);
        strcpy(last, p->payload);
        int32_t message = p->message;
        b.publications = 0;
        dy_sensor_on_acknowledged(&b.sensor, message, b.now_ms);
    }
    assert_in_range(arrived, kept, kept + 2);
}

static void the_button_erases_after_ten_seconds(void **state)
{
    (void)state;
    board_go_online(&b);
    dy_sensor_on_button(&b.sensor, true, b.now_ms);
    board_run(&b, 9000);
    assert_true(b.led);
    dy_sensor_on_button(&b.sensor, false, b.now_ms);
    board_run(&b, 5000);
    assert_int_equal(b.restarts, 0);
    dy_sensor_on_button(&b.sensor, true, b.now_ms);
    dy_sensor_on_button(&b.sensor, true, b.now_ms + 5000);
    b.keys.read_only = true;
    board_run(&b, 11000);
    assert_true(board_said(&b, "W datayoti: factory reset"));
    assert_true(board_said(&b, "E datayoti: NVS cannot be written"));
    assert_int_equal(b.restarts, 1);
    b.keys.read_only = false;
    dy_sensor_on_button(&b.sensor, false, b.now_ms);
    dy_sensor_on_button(&b.sensor, true, b.now_ms);
    board_run(&b, 11000);
    assert_int_equal(b.keys.count, 0);
    assert_int_equal(b.restarts, 2);
}

static void the_led_shows_what_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(b.sensor.led_code, DY_LED_NO_WIFI);
    dy_sensor_on_wifi_up(&b.sensor, -60, "192.168.4.31", b.now_ms);
    board_run(&b, 100);
    assert_int_equal(b.sensor.led_code, DY_LED_NO_BROKER);
    dy_sensor_on_mqtt_up(&b.sensor, b.now_ms);
    board_run(&b, 100);
    assert_int_equal(b.sensor.led_code, DY_LED_ONLINE);
    // The port never answers: the element is silent.
    board_run(&b, 30000);
    assert_int_equal(b.sensor.led_code, DY_LED_NO_SENSOR);
}

int main(void)
{
#define FAULT(test) cmocka_unit_test_setup_teardown(test, setup, never_restarts)
    const struct CMUnitTest tests[] = {
        FAULT(a_wrong_wifi_password),
        FAULT(no_such_network_no_address_and_silence),
        FAULT(a_broker_that_refuses_or_cannot_be_reached),
        FAULT(a_signal_that_is_too_weak),
        FAULT(an_unplugged_dht),
        FAULT(damaged_frames_are_read_again),
        FAULT(no_configuration),
        FAULT(a_configuration_that_is_not_whole),
        FAULT(a_newer_or_unreadable_configuration),
        FAULT(a_named_sensor_says_its_name),
        FAULT(little_memory_is_told_once),
        FAULT(a_day_without_wifi_and_then_more_than_it_can_hold),
        cmocka_unit_test_setup(the_button_erases_after_ten_seconds, setup),
        FAULT(the_led_shows_what_is_wrong),
    };
    return RUN(tests);
}
