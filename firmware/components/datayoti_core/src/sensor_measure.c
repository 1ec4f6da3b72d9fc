#include "sensor_parts.h"

/** Longest time that the port needs to read the element. */
#define ANSWER_LIMIT_MS 5000u
#define ATTEMPTS 3u
/** A heartbeat that is nearly due goes with the reading. */
#define TOGETHER_MS 5000u

static uint64_t interval_ms(const dy_sensor *sensor)
{
    return (uint64_t)sensor->config->interval_s * 1000;
}

void dy_measure_begin(dy_sensor *sensor, uint64_t now_ms)
{
    uint64_t first = now_ms + dy_dht_pause_ms(sensor->config->dht_type);
    sensor->measuring = (dy_measuring){.due_ms = first, .slot_ms = first};
}

void dy_measure_now(dy_sensor *sensor, uint64_t now_ms)
{
    dy_measuring *m = &sensor->measuring;
    if (m->reading) return;
    uint64_t earliest = m->asked_ever ? m->asked_at_ms + dy_dht_pause_ms(sensor->config->dht_type) : now_ms;
    m->due_ms = earliest > now_ms ? earliest : now_ms;
    m->attempts = 0;
}

/** The next whole interval; a time that was missed is not made up for. */
static void plan_next(dy_sensor *sensor, uint64_t now_ms)
{
    dy_measuring *m = &sensor->measuring;
    if (m->slot_ms <= now_ms) m->slot_ms += ((now_ms - m->slot_ms) / interval_ms(sensor) + 1) * interval_ms(sensor);
    m->due_ms = m->slot_ms;
    m->attempts = 0;
}

static void failed(dy_sensor *sensor, uint64_t now_ms)
{
    dy_measuring *m = &sensor->measuring;
    uint64_t again = m->asked_at_ms + dy_dht_pause_ms(sensor->config->dht_type);
    uint64_t next_slot = m->slot_ms + interval_ms(sensor);
    if (m->attempts < ATTEMPTS && again + ANSWER_LIMIT_MS / 2 < next_slot) {
        m->due_ms = again;
        return;
    }
    dy_count(&m->failures);
    plan_next(sensor, now_ms);
}

static void tell_failure(dy_sensor *sensor, dy_dht_result result)
{
    dy_health *health = &sensor->health;
    switch (result) {
    case DY_DHT_NO_RESPONSE:
        dy_count(&health->dht_silent);
        dy_say_dht(sensor, DY_LOG_DHT_SILENT);
        break;
    case DY_DHT_CHECKSUM:
        dy_count(&health->dht_checksum);
        dy_say_dht(sensor, DY_LOG_DHT_CHECKSUM);
        break;
    case DY_DHT_IMPLAUSIBLE:
        dy_count(&health->dht_other);
        dy_say_dht(sensor, DY_LOG_DHT_IMPLAUSIBLE);
        break;
    default:
        dy_count(&health->dht_other);
        dy_say_dht(sensor, DY_LOG_DHT_BAD);
    }
}

static int32_t limited(int32_t value, int32_t least, int32_t most)
{
    return value < least ? least : value > most ? most : value;
}

static void keep(dy_sensor *sensor, int32_t temperature_c, int32_t humidity_c, uint64_t now_ms)
{
    char temperature[16], humidity[16];
    bool dated = dy_clock_is_set(&sensor->clock);
    dy_reading reading = {
        .time_ms = dated ? dy_clock_at(&sensor->clock, now_ms) : (int64_t)now_ms,
        .dated = dated,
        .session = sensor->session,
        .temperature_c = (int16_t)temperature_c,
        .humidity_c = (int16_t)humidity_c,
    };
    (void)dy_format_hundredths(temperature, sizeof temperature, temperature_c);
    (void)dy_format_hundredths(humidity, sizeof humidity, humidity_c);
    dy_say(sensor, DY_LOG_MEASURED, temperature, humidity);
    dy_queue_push(&sensor->queue, &reading);
    dy_count(&sensor->health.measured);
    if (sensor->heartbeat_ms <= now_ms + TOGETHER_MS) sensor->heartbeat_ms = now_ms;
}

void dy_sensor_on_dht(dy_sensor *sensor, const dy_pulse *pulses, size_t count, uint64_t now_ms)
{
    dy_measuring *m = &sensor->measuring;
    const dy_config *config = sensor->config;
    dy_climate climate;
    if (!m->reading) return;
    m->reading = false;
    dy_dht_result result = dy_dht_decode(config->dht_type, pulses, count, &climate);
    int32_t temperature_c = climate.temperature_d * 10 + config->t_off_cdeg;
    // What a calibration takes out of the scale is its end; a temperature out of it is a wrong calibration.
    int32_t humidity_c = limited(climate.humidity_d * 10 + config->h_off_cpct, 0, 10000);
    if (result == DY_DHT_OK && (temperature_c < -4000 || temperature_c > 8000)) result = DY_DHT_IMPLAUSIBLE;
    if (result != DY_DHT_OK) {
        tell_failure(sensor, result);
        failed(sensor, now_ms);
        return;
    }
    m->failures = 0;
    keep(sensor, temperature_c, humidity_c, now_ms);
    plan_next(sensor, now_ms);
}

void dy_measure_step(dy_sensor *sensor, uint64_t now_ms)
{
    dy_measuring *m = &sensor->measuring;
    if (m->reading && now_ms - m->asked_at_ms >= ANSWER_LIMIT_MS) dy_sensor_on_dht(sensor, NULL, 0, now_ms);
    if (m->reading || now_ms < m->due_ms) return;
    m->reading = m->asked_ever = true;
    m->asked_at_ms = now_ms;
    m->attempts++;
    sensor->port.dht_read(sensor->port.ctx, sensor->config->dht_gpio, sensor->config->dht_type);
}

uint64_t dy_measure_next(const dy_sensor *sensor)
{
    const dy_measuring *m = &sensor->measuring;
    return m->reading ? m->asked_at_ms + ANSWER_LIMIT_MS : m->due_ms;
}
