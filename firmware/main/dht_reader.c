#include "dht_reader.h"

#include <stdlib.h>

#include "driver/gpio.h"
#include "driver/rmt_rx.h"
#include "esp_err.h"
#include "esp_log.h"
#include "esp_rom_sys.h"
#include "events.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "soc/soc_caps.h"

/** One microsecond to a tick. */
#define RESOLUTION_HZ 1000000
/** Shorter than this is no pulse. */
#define GLITCH_NS 1000
/** A line that stays as it is for so long has said everything: the element's longest pulse has 80 us. */
#define SILENCE_NS 1000000
/** A whole frame takes less than 6 ms. */
#define ANSWER_LIMIT_MS 50
/** Start signal: at least 18 ms for a DHT11, 0.8 to 20 ms for a DHT22 (data sheets of Aosong). */
#define START_DHT11_MS 20
#define START_DHT22_US 1200
#define STACK_BYTES 3072
#define PRIORITY 10

static gpio_num_t pin;
static rmt_channel_handle_t channel;
static TaskHandle_t task;
static uint8_t element = 22;
static dy_pulse pulses[DY_DHT_MAX_PULSES];
/** Written by the driver's interrupt while a reception is under way. */
static rmt_symbol_word_t symbols[SOC_RMT_MEM_WORDS_PER_CHANNEL];
static volatile size_t received;

static bool on_received(rmt_channel_handle_t rx, const rmt_rx_done_event_data_t *event, void *user)
{
    (void)rx;
    (void)user;
    BaseType_t woken = pdFALSE;
    received = event->num_symbols;
    vTaskNotifyGiveFromISR(task, &woken);
    return woken == pdTRUE;
}

/** An element's answer, or none, as pulses. */
static size_t pulses_of(size_t count)
{
    size_t filled = 0;
    for (size_t i = 0; i < count && i < SOC_RMT_MEM_WORDS_PER_CHANNEL; i++) {
        const rmt_symbol_word_t symbol = symbols[i];
        const dy_pulse both[2] = {
            {.level = (uint8_t)symbol.level0, .us = (uint16_t)symbol.duration0},
            {.level = (uint8_t)symbol.level1, .us = (uint16_t)symbol.duration1},
        };
        for (size_t half = 0; half < 2; half++) {
            // A duration of 0 marks the end: the line did not change any more.
            if (both[half].us == 0 || filled == DY_DHT_MAX_PULSES) return filled;
            pulses[filled++] = both[half];
        }
    }
    return filled;
}

static size_t ask(void)
{
    const rmt_receive_config_t reception = {.signal_range_min_ns = GLITCH_NS, .signal_range_max_ns = SILENCE_NS};
    ulTaskNotifyTake(pdTRUE, 0);
    gpio_set_level(pin, 0);
    if (element == 11)
        // One tick more, since the first of them has already begun.
        vTaskDelay(pdMS_TO_TICKS(START_DHT11_MS) + 1);
    else
        esp_rom_delay_us(START_DHT22_US);
    // From here on the hardware measures by itself, whatever else the processor has to do.
    const esp_err_t outcome = rmt_receive(channel, symbols, sizeof symbols, &reception);
    gpio_set_level(pin, 1);
    if (outcome != ESP_OK) return 0;
    const uint32_t answers = ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS(ANSWER_LIMIT_MS));
    if (answers == 0) {
        // Ends the reception, which would otherwise wait for the first edge for ever.
        rmt_disable(channel);
        rmt_enable(channel);
        // One that came at the last moment is not to be taken for the next question.
        ulTaskNotifyTake(pdTRUE, 0);
        return 0;
    }
    return pulses_of(received);
}

static void run(void *arg)
{
    (void)arg;
    for (;;) {
        ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
        const app_event event = {.kind = EVENT_DHT, .pulses = channel == NULL ? 0 : ask()};
        events_post(&event);
    }
}

static esp_err_t open_channel(void)
{
    const rmt_rx_channel_config_t config = {
        .gpio_num = pin,
        .clk_src = RMT_CLK_SRC_DEFAULT,
        .resolution_hz = RESOLUTION_HZ,
        .mem_block_symbols = SOC_RMT_MEM_WORDS_PER_CHANNEL,
    };
    const rmt_rx_event_callbacks_t callbacks = {.on_recv_done = on_received};
    esp_err_t outcome = rmt_new_rx_channel(&config, &channel);
    if (outcome == ESP_OK) outcome = rmt_rx_register_event_callbacks(channel, &callbacks, NULL);
    if (outcome == ESP_OK) outcome = rmt_enable(channel);
    // After the channel, which makes the pin an input: the same pin also pulls the line down for the start signal.
    if (outcome == ESP_OK) outcome = gpio_set_level(pin, 1);
    if (outcome == ESP_OK) outcome = gpio_set_direction(pin, GPIO_MODE_INPUT_OUTPUT_OD);
    return outcome;
}

void dht_reader_init(uint8_t gpio)
{
    pin = (gpio_num_t)gpio;
    if (xTaskCreate(run, "dht", STACK_BYTES, NULL, PRIORITY, &task) != pdPASS) abort();
    const esp_err_t outcome = open_channel();
    if (outcome == ESP_OK) return;
    ESP_LOGE("datayoti", "the DHT's pin cannot be read: %s", esp_err_to_name(outcome));
    channel = NULL;
}

void dht_reader_ask(uint8_t type)
{
    element = type;
    xTaskNotifyGive(task);
}

const dy_pulse *dht_reader_pulses(void)
{
    return pulses;
}
