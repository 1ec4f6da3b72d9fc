#include "testing.h"

#include <datayoti/connection.h>

static dy_conn conn;

static unsigned on(dy_conn_event_kind kind, uint64_t now_ms)
{
    return dy_conn_step(&conn, &(dy_conn_event){.kind = kind, .rssi = -60}, now_ms);
}

static unsigned tick(uint64_t now_ms)
{
    return on(DY_CONN_TICK, now_ms);
}

static unsigned wifi_down(dy_wifi_failure why, uint64_t now_ms)
{
    return dy_conn_step(&conn, &(dy_conn_event){.kind = DY_CONN_WIFI_DOWN, .wifi = why}, now_ms);
}

static unsigned mqtt_down(dy_mqtt_failure why, uint64_t now_ms)
{
    return dy_conn_step(&conn, &(dy_conn_event){.kind = DY_CONN_MQTT_DOWN, .mqtt = why}, now_ms);
}

static unsigned signal_of(int rssi, uint64_t now_ms)
{
    return dy_conn_step(&conn, &(dy_conn_event){.kind = DY_CONN_SIGNAL, .rssi = rssi}, now_ms);
}

static unsigned wifi_up(int rssi, uint64_t now_ms)
{
    return dy_conn_step(&conn, &(dy_conn_event){.kind = DY_CONN_WIFI_UP, .rssi = rssi}, now_ms);
}

static void go_online(void)
{
    dy_conn_init(&conn, true, 7);
    assert_int_equal(on(DY_CONN_START, 0), DY_DO_WIFI_JOIN);
    assert_int_equal(wifi_up(-60, 1000), DY_DO_NTP_START | DY_DO_MQTT_CONNECT);
    assert_int_equal(on(DY_CONN_MQTT_UP, 2000), 0);
    assert_int_equal(conn.state, DY_CONN_ONLINE);
}

static void the_way_online(void **state)
{
    (void)state;
    go_online();
    assert_true(conn.deadline_ms == UINT64_MAX);
    assert_int_equal(tick(UINT64_MAX - 1), 0);
}

static void without_a_network_nothing_happens(void **state)
{
    (void)state;
    dy_conn_init(&conn, true, 0);
    assert_int_equal(tick(1000000), 0);
    assert_int_equal(wifi_up(-40, 0), 0);
    assert_int_equal(wifi_down(DY_WIFI_LOST, 0), 0);
    assert_int_equal(on(DY_CONN_MQTT_UP, 0), 0);
    assert_int_equal(mqtt_down(DY_MQTT_LOST, 0), 0);
    assert_int_equal(signal_of(-95, 0), 0);
    assert_int_equal(conn.state, DY_CONN_IDLE);
}

static void without_a_broker_it_stays_on_the_network(void **state)
{
    (void)state;
    dy_conn_init(&conn, false, 1);
    (void)on(DY_CONN_START, 0);
    assert_int_equal(wifi_up(-60, 0), DY_DO_NTP_START);
    assert_int_equal(conn.state, DY_CONN_WIFI_ONLY);
    assert_int_equal(tick(1000000), 0);
}

/** @returns the pause after that many failures in a row of one kind */
static uint64_t wifi_pause(dy_wifi_failure why, unsigned failures)
{
    uint64_t now_ms = 0;
    dy_conn_init(&conn, true, 99);
    (void)on(DY_CONN_START, 0);
    for (unsigned i = 1;; i++) {
        assert_int_equal(wifi_down(why, now_ms), 0);
        assert_int_equal(conn.state, DY_CONN_WIFI_PAUSE);
        uint64_t pause = conn.deadline_ms - now_ms;
        if (i == failures) return pause;
        now_ms = conn.deadline_ms;
        assert_int_equal(tick(now_ms - 1), 0);
        assert_int_equal(tick(now_ms), DY_DO_WIFI_JOIN);
    }
}

static void pauses_double_up_to_a_limit(void **state)
{
    (void)state;
    assert_in_range(wifi_pause(DY_WIFI_NO_NETWORK, 1), 1500, 2500);
    assert_in_range(wifi_pause(DY_WIFI_NO_NETWORK, 2), 3000, 5000);
    assert_in_range(wifi_pause(DY_WIFI_NO_NETWORK, 5), 24000, 40000);
    assert_in_range(wifi_pause(DY_WIFI_NO_NETWORK, 20), 45000, 75000);
    assert_in_range(wifi_pause(DY_WIFI_WRONG_PASSWORD, 1), 3750, 6250);
    assert_in_range(wifi_pause(DY_WIFI_WRONG_PASSWORD, 20), 225000, 375000);
}

static void pauses_differ_from_board_to_board(void **state)
{
    (void)state;
    uint32_t first = 1, second = 2, least = UINT32_MAX, most = 0;
    assert_int_not_equal(dy_backoff_ms(2000, 60000, 6, &first), dy_backoff_ms(2000, 60000, 6, &second));
    for (int i = 0; i < 1000; i++) {
        uint32_t pause = dy_backoff_ms(2000, 60000, UINT32_MAX, &first);
        if (pause < least) least = pause;
        if (pause > most) most = pause;
    }
    assert_in_range(least, 45000, 46000);
    assert_in_range(most, 74000, 75000);
}

static void an_attempt_that_takes_too_long_is_given_up(void **state)
{
    (void)state;
    dy_conn_init(&conn, true, 3);
    (void)on(DY_CONN_START, 0);
    assert_int_equal(tick(29999), 0);
    assert_int_equal(tick(30000), DY_DO_WIFI_LEAVE | DY_DO_TELL_WIFI_TIMEOUT);
    assert_int_equal(conn.state, DY_CONN_WIFI_PAUSE);
    assert_int_equal(tick(conn.deadline_ms), DY_DO_WIFI_JOIN);
    uint64_t now_ms = conn.deadline_ms;
    (void)wifi_up(-60, now_ms);
    assert_int_equal(tick(now_ms + 19999), 0);
    assert_int_equal(tick(now_ms + 20000), DY_DO_MQTT_STOP | DY_DO_TELL_MQTT_TIMEOUT);
    assert_int_equal(conn.state, DY_CONN_MQTT_PAUSE);
    assert_int_equal(tick(conn.deadline_ms), DY_DO_MQTT_CONNECT);
}

static void a_lost_network_takes_the_broker_with_it(void **state)
{
    (void)state;
    go_online();
    assert_int_equal(wifi_down(DY_WIFI_LOST, 5000), DY_DO_MQTT_STOP);
    assert_int_equal(conn.state, DY_CONN_WIFI_PAUSE);
    // What the broker says about it comes late and means nothing.
    assert_int_equal(mqtt_down(DY_MQTT_LOST, 5001), 0);
    assert_int_equal(tick(conn.deadline_ms), DY_DO_WIFI_JOIN);
    (void)wifi_up(-60, conn.deadline_ms);
    (void)mqtt_down(DY_MQTT_UNREACHABLE, conn.deadline_ms);
    // In the pause there is no connection that could be stopped.
    assert_int_equal(wifi_down(DY_WIFI_LOST, 100000), 0);
    assert_int_equal(conn.state, DY_CONN_WIFI_PAUSE);
}

static void a_lost_broker_is_sought_again_and_refusals_more_slowly(void **state)
{
    (void)state;
    go_online();
    assert_int_equal(mqtt_down(DY_MQTT_LOST, 5000), DY_DO_MQTT_STOP);
    assert_in_range(conn.deadline_ms - 5000, 1500, 2500);
    go_online();
    assert_int_equal(mqtt_down(DY_MQTT_REFUSED_LOGIN, 5000), DY_DO_MQTT_STOP);
    assert_in_range(conn.deadline_ms - 5000, 3750, 6250);
    uint64_t now_ms = conn.deadline_ms;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(tick(now_ms), DY_DO_MQTT_CONNECT);
        (void)mqtt_down(i % 2 == 0 ? DY_MQTT_REFUSED_RIGHTS : DY_MQTT_REFUSED_LOGIN, now_ms);
        now_ms = conn.deadline_ms;
    }
    assert_int_equal(tick(now_ms), DY_DO_MQTT_CONNECT);
    (void)on(DY_CONN_MQTT_UP, now_ms);
    assert_int_equal(conn.mqtt_failures, 0);
}

static void a_weak_signal_begins_no_attempt(void **state)
{
    (void)state;
    dy_conn_init(&conn, true, 1);
    (void)on(DY_CONN_START, 0);
    assert_int_equal(wifi_up(-86, 0), DY_DO_NTP_START | DY_DO_TELL_WEAK);
    assert_int_equal(conn.state, DY_CONN_WEAK);
    assert_int_equal(tick(UINT64_C(1) << 40), 0);
    assert_int_equal(signal_of(-80, 1000), 0);
    assert_int_equal(signal_of(-75, 2000), 0);
    assert_int_equal(conn.state, DY_CONN_WEAK);
    assert_int_equal(signal_of(-74, 3000), DY_DO_MQTT_CONNECT | DY_DO_TELL_RECOVERED);
    assert_int_equal(conn.state, DY_CONN_MQTT_CONNECTING);
}

static void five_minutes_above_the_limit_are_enough(void **state)
{
    (void)state;
    dy_conn_init(&conn, true, 1);
    (void)on(DY_CONN_START, 0);
    (void)wifi_up(-90, 0);
    assert_int_equal(signal_of(-84, 10000), 0);
    // Below again in between: the five minutes begin anew.
    assert_int_equal(signal_of(-86, 200000), 0);
    assert_int_equal(signal_of(-84, 210000), 0);
    assert_int_equal(tick(509999), 0);
    assert_int_equal(tick(510000), DY_DO_MQTT_CONNECT | DY_DO_TELL_RECOVERED);
}

static void a_connection_that_works_is_kept_when_the_signal_fades(void **state)
{
    (void)state;
    go_online();
    assert_int_equal(signal_of(-90, 5000), 0);
    assert_int_equal(conn.state, DY_CONN_ONLINE);
    // Once lost it is not sought again until the signal is back.
    (void)mqtt_down(DY_MQTT_LOST, 6000);
    assert_int_equal(tick(conn.deadline_ms), DY_DO_TELL_WEAK);
    assert_int_equal(conn.state, DY_CONN_WEAK);
    assert_int_equal(wifi_down(DY_WIFI_LOST, 20000), 0);
    (void)tick(conn.deadline_ms);
    assert_int_equal(wifi_up(-50, 30000), DY_DO_NTP_START | DY_DO_MQTT_CONNECT);
}

static void another_network_ends_the_connection(void **state)
{
    (void)state;
    go_online();
    assert_int_equal(on(DY_CONN_START, 9000), DY_DO_MQTT_STOP | DY_DO_WIFI_JOIN);
    assert_int_equal(conn.state, DY_CONN_WIFI_JOINING);
}

static void counters_do_not_run_over(void **state)
{
    (void)state;
    dy_conn_init(&conn, true, 1);
    (void)on(DY_CONN_START, 0);
    conn.wifi_failures = UINT32_MAX;
    (void)wifi_down(DY_WIFI_OTHER, 0);
    assert_int_equal(conn.wifi_failures, UINT32_MAX);
    (void)tick(conn.deadline_ms);
    (void)wifi_up(-50, 100000);
    conn.mqtt_failures = UINT32_MAX;
    (void)mqtt_down(DY_MQTT_OTHER, 100000);
    assert_int_equal(conn.mqtt_failures, UINT32_MAX);
}

static void names_of_the_signal(void **state)
{
    (void)state;
    assert_string_equal(dy_signal_name(-49), "excellent");
    assert_string_equal(dy_signal_name(-50), "good");
    assert_string_equal(dy_signal_name(-59), "good");
    assert_string_equal(dy_signal_name(-60), "fair");
    assert_string_equal(dy_signal_name(-69), "fair");
    assert_string_equal(dy_signal_name(-70), "weak");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_online),
        cmocka_unit_test(without_a_network_nothing_happens),
        cmocka_unit_test(without_a_broker_it_stays_on_the_network),
        cmocka_unit_test(pauses_double_up_to_a_limit),
        cmocka_unit_test(pauses_differ_from_board_to_board),
        cmocka_unit_test(an_attempt_that_takes_too_long_is_given_up),
        cmocka_unit_test(a_lost_network_takes_the_broker_with_it),
        cmocka_unit_test(a_lost_broker_is_sought_again_and_refusals_more_slowly),
        cmocka_unit_test(a_weak_signal_begins_no_attempt),
        cmocka_unit_test(five_minutes_above_the_limit_are_enough),
        cmocka_unit_test(a_connection_that_works_is_kept_when_the_signal_fades),
        cmocka_unit_test(another_network_ends_the_connection),
        cmocka_unit_test(counters_do_not_run_over),
        cmocka_unit_test(names_of_the_signal),
    };
    return RUN(tests);
}
