#include "serial_line.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "driver/uart.h"
#include "esp_err.h"
#include "esp_log.h"
#include "events.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "log_gate.h"
#include "sdkconfig.h"
#include "soc/soc_caps.h"

#if SOC_USB_SERIAL_JTAG_SUPPORTED
#include "driver/usb_serial_jtag.h"
#endif

#define UART ((uart_port_t)CONFIG_ESP_CONSOLE_UART_NUM)
/** More than the chip's own 128 bytes, as the driver demands. */
#define RX_BUFFER_BYTES 512
#define STACK_BYTES 3072
#define PRIORITY 4
/** Where the sensor's task is behind, the line waits, and after that its own buffer overflows. */
#define PATIENCE_MS 20

static bool has_uart;
static atomic_bool usb_is_last;

static void deliver(app_event *event, int length)
{
    event->kind = EVENT_SERIAL;
    event->serial.length = (uint8_t)length;
    while (!events_offer(event)) vTaskDelay(pdMS_TO_TICKS(PATIENCE_MS));
}

static void run_uart(void *arg)
{
    (void)arg;
    app_event event;
    for (;;) {
        // The first byte is waited for; what came with it is taken along.
        int length = uart_read_bytes(UART, event.serial.bytes, 1, portMAX_DELAY);
        size_t more = 0;
        if (length != 1) {
            vTaskDelay(pdMS_TO_TICKS(PATIENCE_MS));
            continue;
        }
        uart_get_buffered_data_len(UART, &more);
        if (more > SERIAL_CHUNK_SIZE - 1) more = SERIAL_CHUNK_SIZE - 1;
        const int rest = more == 0 ? 0 : uart_read_bytes(UART, event.serial.bytes + 1, (uint32_t)more, 0);
        if (rest > 0) length += rest;
        atomic_store(&usb_is_last, false);
        deliver(&event, length);
    }
}

#if SOC_USB_SERIAL_JTAG_SUPPORTED
/** Without a computer at the other end nobody takes the bytes away. */
#define USB_LIMIT_MS 50

static void run_usb(void *arg)
{
    (void)arg;
    app_event event;
    for (;;) {
        const int length = usb_serial_jtag_read_bytes(event.serial.bytes, SERIAL_CHUNK_SIZE, portMAX_DELAY);
        if (length <= 0) {
            vTaskDelay(pdMS_TO_TICKS(PATIENCE_MS));
            continue;
        }
        atomic_store(&usb_is_last, true);
        deliver(&event, length);
    }
}

static void start_usb(void)
{
    usb_serial_jtag_driver_config_t config = {.tx_buffer_size = 1024, .rx_buffer_size = RX_BUFFER_BYTES};
    if (usb_serial_jtag_driver_install(&config) != ESP_OK) {
        ESP_LOGW("datayoti", "no Improv over USB");
        return;
    }
    if (xTaskCreate(run_usb, "usb-in", STACK_BYTES, NULL, PRIORITY, NULL) != pdPASS) abort();
}

static void write_usb(const uint8_t *bytes, size_t length)
{
    usb_serial_jtag_write_bytes(bytes, length, pdMS_TO_TICKS(USB_LIMIT_MS));
    // What the driver still holds must be gone before the log, which goes past the driver, may go on.
    usb_serial_jtag_wait_tx_done(pdMS_TO_TICKS(USB_LIMIT_MS));
}
#endif

void serial_line_start(void)
{
    has_uart = uart_driver_install(UART, RX_BUFFER_BYTES, 0, 0, NULL, 0) == ESP_OK;
    if (has_uart) {
        if (xTaskCreate(run_uart, "uart-in", STACK_BYTES, NULL, PRIORITY, NULL) != pdPASS) abort();
    } else {
        ESP_LOGW("datayoti", "no Improv over the UART");
    }
#if SOC_USB_SERIAL_JTAG_SUPPORTED
    start_usb();
#endif
}

static void write_uart(const uint8_t *bytes, size_t length)
{
    if (has_uart) uart_write_bytes(UART, bytes, length);
}

void serial_line_write(const uint8_t *bytes, size_t length)
{
    log_gate_enter();
#if SOC_USB_SERIAL_JTAG_SUPPORTED
    if (atomic_load(&usb_is_last))
        write_usb(bytes, length);
    else
        write_uart(bytes, length);
#else
    write_uart(bytes, length);
#endif
    log_gate_leave();
}
