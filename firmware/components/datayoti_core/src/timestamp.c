#include "datayoti/timestamp.h"

#include "json_object.h"
#include "text_writer.h"

#define MS_PER_DAY INT64_C(86400000)
#define NTP_TRUSTED_MS UINT64_C(86400000)
#define TOLERATED_MS 2000

void dy_clock_init(dy_clock *clock)
{
    *clock = (dy_clock){.source = DY_CLOCK_NONE, .offset_ms = 0, .set_at_ms = 0};
}

bool dy_clock_is_set(const dy_clock *clock)
{
    return clock->source != DY_CLOCK_NONE;
}

static bool can_be(int64_t epoch_ms)
{
    return epoch_ms >= DY_EARLIEST_MS && epoch_ms < DY_LATEST_MS;
}

dy_clock_change dy_clock_set(dy_clock *clock, dy_clock_source source, int64_t epoch_ms, uint64_t now_ms)
{
    if (!can_be(epoch_ms)) return DY_CLOCK_REFUSED;
    int64_t offset_ms = epoch_ms - (int64_t)now_ms;
    if (!dy_clock_is_set(clock)) {
        *clock = (dy_clock){.source = source, .offset_ms = offset_ms, .set_at_ms = now_ms};
        return DY_CLOCK_FIRST_SET;
    }
    bool trusted = clock->source == DY_CLOCK_NTP && now_ms - clock->set_at_ms < NTP_TRUSTED_MS;
    if (trusted && source != DY_CLOCK_NTP) return DY_CLOCK_UNCHANGED;
    int64_t difference = offset_ms - clock->offset_ms;
    clock->source = source;
    clock->set_at_ms = now_ms;
    if (difference < TOLERATED_MS && difference > -TOLERATED_MS) return DY_CLOCK_UNCHANGED;
    clock->offset_ms = offset_ms;
    return DY_CLOCK_ADJUSTED;
}

int64_t dy_clock_at(const dy_clock *clock, uint64_t at_ms)
{
    return dy_clock_is_set(clock) ? clock->offset_ms + (int64_t)at_ms : 0;
}

/** Year, month and day of a number of days since 1970-01-01 (Gregorian calendar, March as the year's first month). */
static void date_of(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    uint32_t shifted = (uint32_t)(days + 719468);
    uint32_t era = shifted / 146097;
    uint32_t of_era = shifted % 146097;
    uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t from_march = (5 * of_year + 2) / 153;
    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = era * 400 + year_of_era + (*month <= 2 ? 1 : 0);
}

bool dy_timestamp_format(int64_t epoch_ms, char text[DY_TIMESTAMP_SIZE])
{
    unsigned year, month, day;
    text[0] = '\0';
    if (!can_be(epoch_ms)) return false;
    uint32_t of_day = (uint32_t)(epoch_ms % MS_PER_DAY);
    date_of(epoch_ms / MS_PER_DAY, &year, &month, &day);
    dy_writer writer = dy_writer_on(text, DY_TIMESTAMP_SIZE);
    dy_write_unsigned(&writer, year, 4);
    dy_write(&writer, "-");
    dy_write_unsigned(&writer, month, 2);
    dy_write(&writer, "-");
    dy_write_unsigned(&writer, day, 2);
    dy_write(&writer, "T");
    dy_write_unsigned(&writer, of_day / 3600000, 2);
    dy_write(&writer, ":");
    dy_write_unsigned(&writer, of_day / 60000 % 60, 2);
    dy_write(&writer, ":");
    dy_write_unsigned(&writer, of_day / 1000 % 60, 2);
    dy_write(&writer, ".");
    dy_write_unsigned(&writer, of_day % 1000, 3);
    dy_write(&writer, "Z");
    return true;
}

bool dy_time_message_parse(const char *payload, size_t length, int64_t *epoch_ms)
{
    dy_json_value value;
    if (length >= DY_MESSAGE_SIZE || !dy_json_member(payload, length, "epoch_ms", &value)) return false;
    if (value.kind != DY_JSON_INTEGER || !can_be(value.integer)) return false;
    *epoch_ms = value.integer;
    return true;
}
