#include "events.h"

#include "esp_log.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"

#define QUEUE_LENGTH 24
/** Kept free for what must not get lost, however much arrives on the serial line or from the broker. */
#define RESERVED 12
/** The task behind the queue never waits for the tasks before it, so that this is enough. */
#define POST_LIMIT_MS 500

static StaticQueue_t control;
static uint8_t storage[QUEUE_LENGTH * sizeof(app_event)];
static QueueHandle_t queue;

void events_init(void)
{
    queue = xQueueCreateStatic(QUEUE_LENGTH, sizeof(app_event), storage, &control);
}

void events_post(const app_event *event)
{
    if (xQueueSend(queue, event, pdMS_TO_TICKS(POST_LIMIT_MS)) != pdTRUE)
        ESP_LOGE("datayoti", "event %d lost", (int)event->kind);
}

bool events_offer(const app_event *event)
{
    return uxQueueSpacesAvailable(queue) > RESERVED && xQueueSend(queue, event, 0) == pdTRUE;
}

bool events_wait(app_event *event, uint32_t wait_ms)
{
    // Rounded up: a wait of less than a tick must not turn into none, which would starve the tasks below.
    const TickType_t ticks = (TickType_t)((wait_ms + portTICK_PERIOD_MS - 1) / portTICK_PERIOD_MS);
    return xQueueReceive(queue, event, ticks > 0 ? ticks : 1) == pdTRUE;
}

uint64_t monotonic_ms(void)
{
    return (uint64_t)(esp_timer_get_time() / 1000);
}
