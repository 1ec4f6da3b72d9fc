#include "testing.h"

#include "dht_frame.h"

static dy_pulse pulses[DY_DHT_MAX_PULSES];
static dy_climate climate;

static dy_dht_result decode(uint8_t type, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    const uint8_t bytes[5] = {a, b, c, d, (uint8_t)(a + b + c + d)};
    return dy_dht_decode(type, pulses, dht_pulses(bytes, pulses), &climate);
}

static void dht22_values(void **state)
{
    (void)state;
    // The data sheet's own example: 65.2 %, 35.1 °C.
    assert_int_equal(decode(22, 0x02, 0x8c, 0x01, 0x5f), DY_DHT_OK);
    assert_int_equal(climate.humidity_d, 652);
    assert_int_equal(climate.temperature_d, 351);
    // Below zero: the top bit; -10.1 °C.
    assert_int_equal(decode(22, 0x02, 0x8c, 0x80, 0x65), DY_DHT_OK);
    assert_int_equal(climate.temperature_d, -101);
    for (int t = -400; t <= 800; t += 7) {
        uint8_t bytes[5];
        dht22_bytes(t, 1000 - (t + 400) / 2, bytes);
        assert_int_equal(dy_dht_decode(22, pulses, dht_pulses(bytes, pulses), &climate), DY_DHT_OK);
        assert_int_equal(climate.temperature_d, t);
        assert_int_equal(climate.humidity_d, 1000 - (t + 400) / 2);
    }
}

static void dht11_values(void **state)
{
    (void)state;
    assert_int_equal(decode(11, 53, 0, 24, 4), DY_DHT_OK);
    assert_int_equal(climate.humidity_d, 530);
    assert_int_equal(climate.temperature_d, 244);
    assert_int_equal(decode(11, 20, 0, 3, 0x81), DY_DHT_OK);
    assert_int_equal(climate.temperature_d, -31);
}

static void a_line_that_does_not_move_is_no_answer(void **state)
{
    (void)state;
    assert_int_equal(dy_dht_decode(22, NULL, 0, &climate), DY_DHT_NO_RESPONSE);
    pulses[0] = (dy_pulse){.level = 1, .us = 65535};
    assert_int_equal(dy_dht_decode(22, pulses, 1, &climate), DY_DHT_NO_RESPONSE);
}

static void the_release_of_the_line_may_come_before(void **state)
{
    (void)state;
    const uint8_t bytes[5] = {0x02, 0x8c, 0x01, 0x5f, 0xee};
    size_t count = dht_pulses(bytes, pulses);
    memmove(pulses + 1, pulses, count * sizeof pulses[0]);
    pulses[0] = (dy_pulse){.level = 1, .us = 25};
    assert_int_equal(dy_dht_decode(22, pulses, count + 1, &climate), DY_DHT_OK);
    assert_int_equal(climate.temperature_d, 351);
    pulses[0] = (dy_pulse){.level = 0, .us = 25};
    assert_int_equal(dy_dht_decode(22, pulses, count + 1, &climate), DY_DHT_BAD_PULSE);
}

static void frames_that_are_cut_off_are_too_short(void **state)
{
    (void)state;
    const uint8_t bytes[5] = {0x02, 0x8c, 0x01, 0x5f, 0xee};
    size_t count = dht_pulses(bytes, pulses);
    for (size_t cut = 2; cut < count - 1; cut++)
        assert_int_equal(dy_dht_decode(22, pulses, cut, &climate), DY_DHT_SHORT);
    // The low pulse behind the last bit says nothing.
    assert_int_equal(dy_dht_decode(22, pulses, count - 1, &climate), DY_DHT_OK);
}

static void pulses_of_no_known_length_are_bad(void **state)
{
    (void)state;
    const uint8_t bytes[5] = {0x02, 0x8c, 0x01, 0x5f, 0xee};
    size_t count = dht_pulses(bytes, pulses);
    for (size_t i = 0; i < count - 1; i++) {
        dy_pulse sound = pulses[i];
        pulses[i].us = 5;
        assert_int_equal(dy_dht_decode(22, pulses, count, &climate), DY_DHT_BAD_PULSE);
        pulses[i].us = 200;
        assert_int_equal(dy_dht_decode(22, pulses, count, &climate), DY_DHT_BAD_PULSE);
        pulses[i] = sound;
    }
}

static void lengths_at_the_ends_of_the_tolerance(void **state)
{
    (void)state;
    const uint8_t bytes[5] = {0x02, 0x8c, 0x01, 0x5f, 0xee};
    for (int shift = -12; shift <= 15; shift++) {
        size_t count = dht_pulses(bytes, pulses);
        for (size_t i = 0; i < count; i++) pulses[i].us = (uint16_t)(pulses[i].us + shift);
        assert_int_equal(dy_dht_decode(22, pulses, count, &climate), DY_DHT_OK);
        assert_int_equal(climate.humidity_d, 652);
    }
}

static void every_single_wrong_bit_fails_the_checksum(void **state)
{
    (void)state;
    const uint8_t sound[5] = {0x02, 0x8c, 0x01, 0x5f, 0xee};
    for (int bit = 0; bit < 40; bit++) {
        uint8_t bytes[5];
        memcpy(bytes, sound, sizeof bytes);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(dy_dht_decode(22, pulses, dht_pulses(bytes, pulses), &climate), DY_DHT_CHECKSUM);
    }
}

static void impossible_values(void **state)
{
    (void)state;
    assert_int_equal(decode(22, 0, 0, 0, 0), DY_DHT_IMPLAUSIBLE);
    assert_int_equal(decode(22, 0x03, 0xe9, 0x00, 0x64), DY_DHT_IMPLAUSIBLE);
    assert_int_equal(decode(22, 0x01, 0x00, 0x03, 0x21), DY_DHT_IMPLAUSIBLE);
    assert_int_equal(decode(22, 0x01, 0x00, 0x81, 0x91), DY_DHT_IMPLAUSIBLE);
    assert_int_equal(decode(22, 0xff, 0xff, 0xff, 0xff), DY_DHT_IMPLAUSIBLE);
    // A DHT11 read as a DHT22 shows hundreds of degrees.
    assert_int_equal(decode(22, 53, 0, 24, 4), DY_DHT_IMPLAUSIBLE);
}

static void pauses(void **state)
{
    (void)state;
    assert_true(dy_dht_pause_ms(11) >= 1000);
    assert_true(dy_dht_pause_ms(22) >= 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dht22_values),
        cmocka_unit_test(dht11_values),
        cmocka_unit_test(a_line_that_does_not_move_is_no_answer),
        cmocka_unit_test(the_release_of_the_line_may_come_before),
        cmocka_unit_test(frames_that_are_cut_off_are_too_short),
        cmocka_unit_test(pulses_of_no_known_length_are_bad),
        cmocka_unit_test(lengths_at_the_ends_of_the_tolerance),
        cmocka_unit_test(every_single_wrong_bit_fails_the_checksum),
        cmocka_unit_test(impossible_values),
        cmocka_unit_test(pauses),
    };
    return RUN(tests);
}
