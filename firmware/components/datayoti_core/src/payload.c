#include "datayoti/payload.h"

#include "datayoti/timestamp.h"
#include "text_writer.h"

static const char *const channels[] = {
    [DY_CHANNEL_DATA] = "data",
    [DY_CHANNEL_HEARTBEAT] = "heartbeat",
    [DY_CHANNEL_STATUS] = "status",
    [DY_CHANNEL_CMD] = "cmd",
};

int dy_topic(char *text, size_t size, const char *mac, dy_channel channel)
{
    dy_writer writer = dy_writer_on(text, size);
    dy_write(&writer, "datayoti/sensor/");
    dy_write(&writer, mac);
    dy_write(&writer, "/");
    dy_write(&writer, channels[channel]);
    return dy_writer_end(&writer);
}

int dy_client_id(char *text, size_t size, const char *mac, unsigned n)
{
    dy_writer writer = dy_writer_on(text, size);
    dy_write(&writer, "ESP32Client-");
    dy_write(&writer, mac);
    dy_write(&writer, "-");
    dy_write_unsigned(&writer, n, 1);
    return dy_writer_end(&writer);
}

void dy_mac_format(const uint8_t bytes[6], char text[DY_MAC_SIZE])
{
    static const char hex[] = "0123456789ABCDEF";
    for (int i = 0; i < 6; i++) {
        text[i * 3] = hex[bytes[i] >> 4];
        text[i * 3 + 1] = hex[bytes[i] & 15];
        text[i * 3 + 2] = i < 5 ? ':' : '\0';
    }
}

static void write_hundredths(dy_writer *writer, int32_t value)
{
    uint32_t size = value < 0 ? 0 - (uint32_t)value : (uint32_t)value;
    uint32_t rest = size % 100;
    if (value < 0) dy_write(writer, "-");
    dy_write_unsigned(writer, size / 100, 1);
    if (rest == 0) return;
    dy_write(writer, ".");
    if (rest % 10 == 0) dy_write_unsigned(writer, rest / 10, 1);
    else dy_write_unsigned(writer, rest, 2);
}

int dy_format_hundredths(char *text, size_t size, int32_t hundredths)
{
    dy_writer writer = dy_writer_on(text, size);
    write_hundredths(&writer, hundredths);
    return dy_writer_end(&writer);
}

/** Writes nothing where the clock is not set. */
static void write_time(dy_writer *writer, int64_t epoch_ms)
{
    char text[DY_TIMESTAMP_SIZE];
    if (!dy_timestamp_format(epoch_ms, text)) return;
    dy_write(writer, ",\"timestamp\":\"");
    dy_write(writer, text);
    dy_write(writer, "\"");
}

static dy_writer begin(char *text, size_t size, const char *mac)
{
    dy_writer writer = dy_writer_on(text, size);
    dy_write(&writer, "{\"device_id\":");
    dy_write_json_string(&writer, mac);
    return writer;
}

static void write_text(dy_writer *writer, const char *before, const char *text)
{
    if (text == NULL || text[0] == '\0') return;
    dy_write(writer, before);
    dy_write_json_string(writer, text);
}

static void write_number(dy_writer *writer, const char *before, uint64_t number)
{
    dy_write(writer, before);
    dy_write_unsigned(writer, number, 1);
}

int dy_payload_data(char *text, size_t size, const char *mac, int64_t epoch_ms, int32_t temperature_c,
                    int32_t humidity_c)
{
    char time[DY_TIMESTAMP_SIZE];
    text[0] = '\0';
    if (!dy_timestamp_format(epoch_ms, time)) return -1;
    dy_writer writer = begin(text, size, mac);
    write_time(&writer, epoch_ms);
    dy_write(&writer, ",\"temperature\":");
    write_hundredths(&writer, temperature_c);
    dy_write(&writer, ",\"humidity\":");
    write_hundredths(&writer, humidity_c);
    dy_write(&writer, "}");
    return dy_writer_end(&writer);
}

int dy_payload_status(char *text, size_t size, const char *mac, int64_t epoch_ms, bool online)
{
    dy_writer writer = begin(text, size, mac);
    write_time(&writer, epoch_ms);
    dy_write(&writer, online ? ",\"status\":\"online\"}" : ",\"status\":\"offline\"}");
    return dy_writer_end(&writer);
}

int dy_payload_heartbeat(char *text, size_t size, const dy_heartbeat *heartbeat)
{
    dy_writer writer = begin(text, size, heartbeat->mac);
    write_text(&writer, ",\"site_id\":", heartbeat->site_ref);
    write_time(&writer, heartbeat->epoch_ms);
    if (heartbeat->has_rssi) {
        dy_write(&writer, ",\"rssi\":");
        dy_write_signed(&writer, heartbeat->rssi);
    }
    write_number(&writer, ",\"free_heap\":", heartbeat->free_heap);
    write_number(&writer, ",\"uptime\":", heartbeat->uptime_s);
    write_number(&writer, ",\"min_heap\":", heartbeat->min_heap);
    dy_write(&writer, heartbeat->epoch_ms != 0 ? ",\"ntp_sync\":true" : ",\"ntp_sync\":false");
    write_text(&writer, ",\"fw\":", heartbeat->fw);
    write_text(&writer, ",\"chip\":", heartbeat->chip);
    write_text(&writer, ",\"ip\":", heartbeat->ip);
    write_text(&writer, ",\"reset_reason\":", heartbeat->reset_reason);
    write_number(&writer, ",\"queued\":", heartbeat->queued);
    dy_write(&writer, "}");
    return dy_writer_end(&writer);
}
