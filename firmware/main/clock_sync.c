#include "clock_sync.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#include "esp_err.h"
#include "esp_log.h"
#include "esp_netif_sntp.h"
#include "events.h"

static bool ready;

/** In the task of the TCP/IP stack, which must not be held up. */
static void on_answer(struct timeval *now)
{
    const app_event event = {
        .kind = EVENT_TIME,
        .time =
            {
                .epoch_ms = (int64_t)now->tv_sec * 1000 + now->tv_usec / 1000,
                .at_ms = monotonic_ms(),
            },
    };
    // One that finds no room is made up for by the next answer.
    events_offer(&event);
}

void clock_sync_init(const char *host)
{
    // Place 0 is for the server that DHCP names; each new address takes the list anew.
    esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG(host);
    config.start = false;
    config.wait_for_sync = false;
    config.server_from_dhcp = true;
    config.renew_servers_after_new_IP = true;
    config.index_of_first_server = 1;
    config.num_of_servers = host[0] == '\0' ? 0 : 1;
    config.sync_cb = on_answer;
    const esp_err_t outcome = esp_netif_sntp_init(&config);
    ready = outcome == ESP_OK;
    if (!ready) ESP_LOGW("datayoti", "no time from the network: %s", esp_err_to_name(outcome));
}

void clock_sync_start(void)
{
    if (ready) esp_netif_sntp_start();
}

void clock_sync_set_system_clock(int64_t epoch_ms)
{
    const struct timeval now = {
        .tv_sec = (time_t)(epoch_ms / 1000),
        .tv_usec = (suseconds_t)(epoch_ms % 1000 * 1000),
    };
    settimeofday(&now, NULL);
}
