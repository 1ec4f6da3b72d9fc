#include <stdlib.h>
#include <string.h>

#include <datayoti/improv.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dy_improv_parser parser;
    dy_improv_packet packet;
    dy_improv_call call;
    char ssid[DY_SSID_SIZE], pass[DY_WIFI_PASS_SIZE];
    dy_improv_parser_init(&parser);
    for (size_t i = 0; i < size; i++) {
        if (dy_improv_push(&parser, data[i], &packet) != DY_IMPROV_PACKET) continue;
        if (!dy_improv_parse_call(&packet, &call)) continue;
        if (dy_improv_parse_wifi(&call, ssid, pass) && (strlen(ssid) == 0 || strlen(ssid) > 32)) abort();
        (void)dy_valid_hostname((const char *)call.body, call.length);
    }
    return 0;
}
