#include "datayoti/improv.h"

#include <string.h>

#define HEADER 9
#define VERSION 1

static const uint8_t magic[] = {'I', 'M', 'P', 'R', 'O', 'V', VERSION};

void dy_improv_parser_init(dy_improv_parser *parser)
{
    parser->filled = 0;
}

static uint8_t sum(const uint8_t *bytes, size_t length)
{
    uint8_t total = 0;
    for (size_t i = 0; i < length; i++) total = (uint8_t)(total + bytes[i]);
    return total;
}

/** Throws away bytes until a header, or the beginning of one, stands in front. */
static void find_header(dy_improv_parser *parser, size_t from)
{
    for (size_t at = from; at < parser->filled; at++) {
        size_t rest = parser->filled - at;
        if (memcmp(parser->bytes + at, magic, rest < sizeof magic ? rest : sizeof magic) != 0) continue;
        memmove(parser->bytes, parser->bytes + at, rest);
        parser->filled = (uint16_t)rest;
        return;
    }
    parser->filled = 0;
}

dy_improv_found dy_improv_push(dy_improv_parser *parser, uint8_t byte, dy_improv_packet *packet)
{
    parser->bytes[parser->filled++] = byte;
    if (parser->filled <= sizeof magic) {
        find_header(parser, 0);
        return DY_IMPROV_NOTHING;
    }
    if (parser->filled < HEADER) return DY_IMPROV_NOTHING;
    size_t whole = HEADER + parser->bytes[HEADER - 1];
    if (parser->filled <= whole) return DY_IMPROV_NOTHING;
    if (sum(parser->bytes, whole) != parser->bytes[whole]) {
        // The length may be what was damaged: a packet may have begun within.
        find_header(parser, 1);
        return DY_IMPROV_BAD_CHECKSUM;
    }
    packet->type = parser->bytes[HEADER - 2];
    packet->length = parser->bytes[HEADER - 1];
    memcpy(packet->data, parser->bytes + HEADER, packet->length);
    find_header(parser, whole + 1);
    return DY_IMPROV_PACKET;
}

size_t dy_improv_encode(uint8_t type, const uint8_t *data, uint8_t length, uint8_t *out)
{
    memcpy(out, magic, sizeof magic);
    out[sizeof magic] = type;
    out[sizeof magic + 1] = length;
    if (length > 0) memcpy(out + HEADER, data, length);
    out[HEADER + length] = sum(out, HEADER + (size_t)length);
    out[HEADER + length + 1] = '\n';
    return HEADER + (size_t)length + 2;
}

size_t dy_improv_encode_result(uint8_t command, const char *const *texts, size_t count, uint8_t *out)
{
    uint8_t data[DY_IMPROV_DATA_MAX];
    size_t length = 2;
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(texts[i]);
        if (bytes > sizeof data - length - 1 || length + 1 > sizeof data) return 0;
        data[length++] = (uint8_t)bytes;
        memcpy(data + length, texts[i], bytes);
        length += bytes;
    }
    data[0] = command;
    data[1] = (uint8_t)(length - 2);
    return dy_improv_encode(DY_IMPROV_RESULT, data, (uint8_t)length, out);
}

bool dy_improv_parse_call(const dy_improv_packet *packet, dy_improv_call *call)
{
    if (packet->length < 2 || packet->data[1] != packet->length - 2) return false;
    *call = (dy_improv_call){.command = packet->data[0], .length = packet->data[1], .body = packet->data + 2};
    return true;
}

/** A text with its length before it, which has to be there whole. */
static bool take_text(const dy_improv_call *call, size_t *at, char *text, size_t size, size_t *length)
{
    if (*at >= call->length) return false;
    *length = call->body[(*at)++];
    if (*length >= size || *length > call->length - *at) return false;
    memcpy(text, call->body + *at, *length);
    text[*length] = '\0';
    *at += *length;
    return true;
}

bool dy_improv_parse_wifi(const dy_improv_call *call, char ssid[DY_SSID_SIZE], char pass[DY_WIFI_PASS_SIZE])
{
    size_t at = 0, ssid_length = 0, pass_length = 0;
    if (!take_text(call, &at, ssid, DY_SSID_SIZE, &ssid_length)) return false;
    if (!take_text(call, &at, pass, DY_WIFI_PASS_SIZE, &pass_length) || at != call->length) return false;
    if (ssid_length == 0 || strlen(ssid) != ssid_length || strlen(pass) != pass_length) return false;
    return pass_length == 0 || pass_length >= 8;
}

bool dy_valid_hostname(const char *text, size_t length)
{
    if (length == 0 || length > 63 || text[0] == '-' || text[length - 1] == '-') return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        if (!fits) return false;
    }
    return true;
}
