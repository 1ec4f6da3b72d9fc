#include "broker_link.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "esp_crt_bundle.h"
#include "esp_err.h"
#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "mqtt_client.h"

/** Whole messages, and topics, of what is sent; what arrives and is longer comes in pieces and is not looked at. */
#define BUFFER_BYTES 1024
/** One write or read of the network; a client that hangs in one holds up whoever publishes. */
#define NETWORK_LIMIT_MS 8000
#define STOP_EVERY_MS 500
#define STOP_ATTEMPTS 120
#define LEAVE_LIMIT_MS 2000
/** The goodbye goes through TLS. */
#define STACK_BYTES 6144
#define PRIORITY 4
/** Attempts that can be waiting until they are over. */
#define RETIRED 2

/** One attempt at a connection, and the connection that came of it. */
typedef struct {
    uint32_t number;
    esp_mqtt_client_handle_t client;
    /** These two belong to the client's event handler, which esp-mqtt calls for one event at a time. */
    bool up;
    dy_mqtt_failure failure;
} attempt;

static attempt *current;
/** The attempt of which the core still wants to hear; 0: none. */
static uint32_t awaited;
static uint32_t last_number;
static QueueHandle_t retired;
/** Clients that were given up and are not over yet. */
static atomic_uint ending;
static SemaphoreHandle_t over;

static dy_mqtt_failure failure_of(const esp_mqtt_error_codes_t *error)
{
    if (error->error_type == MQTT_ERROR_TYPE_CONNECTION_REFUSED) {
        switch (error->connect_return_code) {
        // Mosquitto says "not authorised" of a password that is wrong.
        case MQTT_CONNECTION_REFUSE_BAD_USERNAME:
        case MQTT_CONNECTION_REFUSE_NOT_AUTHORIZED: return DY_MQTT_REFUSED_LOGIN;
        default: return DY_MQTT_OTHER;
        }
    }
    if (error->error_type != MQTT_ERROR_TYPE_TCP_TRANSPORT) return DY_MQTT_OTHER;
    return error->esp_tls_cert_verify_flags != 0 ? DY_MQTT_TLS : DY_MQTT_UNREACHABLE;
}

/** The details behind the core's words, for whoever reads the log. */
static void tell(const esp_mqtt_error_codes_t *error)
{
    if (error->error_type == MQTT_ERROR_TYPE_CONNECTION_REFUSED)
        ESP_LOGI("datayoti", "broker: return code %d", (int)error->connect_return_code);
    else if (error->error_type == MQTT_ERROR_TYPE_TCP_TRANSPORT)
        ESP_LOGI("datayoti", "broker: TLS 0x%x, certificate 0x%x, socket %d", (unsigned)-error->esp_tls_stack_err,
                 (unsigned)error->esp_tls_cert_verify_flags, error->esp_transport_sock_errno);
}

static void post_message(const esp_mqtt_event_t *mqtt, uint32_t number)
{
    app_event event = {.kind = EVENT_MQTT_MESSAGE};
    const bool whole = mqtt->current_data_offset == 0 && mqtt->data_len == mqtt->total_data_len;
    if (!whole || mqtt->topic == NULL || mqtt->topic_len < 0 || mqtt->data_len < 0) return;
    if ((size_t)mqtt->topic_len > sizeof event.message.topic) return;
    if ((size_t)mqtt->data_len > sizeof event.message.payload) return;
    event.message.connection = number;
    event.message.topic_length = (uint16_t)mqtt->topic_len;
    event.message.length = (uint16_t)mqtt->data_len;
    memcpy(event.message.topic, mqtt->topic, (size_t)mqtt->topic_len);
    if (mqtt->data_len > 0) memcpy(event.message.payload, mqtt->data, (size_t)mqtt->data_len);
    // A flood of messages is cut short rather than let it push out what the sensor has to know.
    events_offer(&event);
}

/** In the client's own task, or in the sensor's while it publishes; never waits for the sensor. */
static void on_mqtt_event(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)base;
    attempt *self = arg;
    const esp_mqtt_event_t *mqtt = data;
    app_event event = {.mqtt = {.connection = self->number}};
    switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_CONNECTED:
        self->up = true;
        event.kind = EVENT_MQTT_UP;
        break;
    case MQTT_EVENT_ERROR:
        // Comes before the disconnection that it causes.
        tell(mqtt->error_handle);
        if (!self->up) self->failure = failure_of(mqtt->error_handle);
        return;
    case MQTT_EVENT_DISCONNECTED:
        event.kind = EVENT_MQTT_DOWN;
        event.mqtt.failure = self->up ? DY_MQTT_LOST : self->failure;
        break;
    case MQTT_EVENT_PUBLISHED:
        event.kind = EVENT_MQTT_ACKNOWLEDGED;
        event.mqtt.message = mqtt->msg_id;
        break;
    case MQTT_EVENT_DATA: post_message(mqtt, self->number); return;
    default: return;
    }
    events_post(&event);
}

/** Ends clients that were given up, as slowly as their network operations end. */
static void run(void *arg)
{
    (void)arg;
    attempt *given_up;
    for (;;) {
        if (xQueueReceive(retired, &given_up, portMAX_DELAY) != pdTRUE) continue;
        // `esp_mqtt_client_stop` fails where the goodbye cannot be sent; a disconnection gives up the goodbye.
        esp_err_t outcome = esp_mqtt_client_stop(given_up->client);
        if (outcome != ESP_OK) esp_mqtt_client_disconnect(given_up->client);
        for (unsigned i = 0; outcome != ESP_OK && i < STOP_ATTEMPTS; i++) {
            vTaskDelay(pdMS_TO_TICKS(STOP_EVERY_MS));
            outcome = esp_mqtt_client_stop(given_up->client);
        }
        // It also fails for a client whose task has ended by itself, which is then left after so many attempts.
        esp_mqtt_client_destroy(given_up->client);
        free(given_up);
        atomic_fetch_sub(&ending, 1);
        xSemaphoreGive(over);
    }
}

void broker_link_init(void)
{
    // What these say of a failed attempt, the core and `tell` say once, and in words that can be counted.
    static const char *const talkers[] = {"mqtt_client", "transport_base", "esp-tls", "esp-tls-mbedtls"};
    for (size_t i = 0; i < sizeof talkers / sizeof talkers[0]; i++) esp_log_level_set(talkers[i], ESP_LOG_NONE);
    retired = xQueueCreate(RETIRED, sizeof(attempt *));
    over = xSemaphoreCreateBinary();
    if (retired == NULL || over == NULL || xTaskCreate(run, "mqtt-end", STACK_BYTES, NULL, PRIORITY, NULL) != pdPASS)
        abort();
}

/** The core waits for an outcome: one that esp-mqtt will not send. */
static void failed(uint32_t number)
{
    const app_event event = {
        .kind = EVENT_MQTT_DOWN,
        .mqtt = {.connection = number, .failure = DY_MQTT_OTHER},
    };
    events_post(&event);
}

static esp_mqtt_client_config_t config_of(const dy_mqtt_setup *setup)
{
    esp_mqtt_client_config_t config = {
        .broker.address =
            {
                .hostname = setup->host,
                .port = setup->port,
                .transport = setup->tls ? MQTT_TRANSPORT_OVER_SSL : MQTT_TRANSPORT_OVER_TCP,
            },
        .credentials = {.client_id = setup->client_id, .username = setup->user},
        .session =
            {
                .last_will = {.topic = setup->will_topic, .msg = setup->will_payload, .qos = 1, .retain = 1},
                .keepalive = setup->keepalive_s,
                .protocol_ver = MQTT_PROTOCOL_V_3_1_1,
            },
        .network = {.timeout_ms = NETWORK_LIMIT_MS, .disable_auto_reconnect = true},
        .buffer = {.size = BUFFER_BYTES, .out_size = BUFFER_BYTES},
    };
    config.credentials.authentication.password = setup->password;
    if (setup->tls && setup->ca != NULL)
        // The only text that esp-mqtt does not copy; it is the configuration's own.
        config.broker.verification.certificate = setup->ca;
    else if (setup->tls)
        config.broker.verification.crt_bundle_attach = esp_crt_bundle_attach;
    return config;
}

void broker_link_connect(const dy_mqtt_setup *setup)
{
    broker_link_stop();
    const uint32_t number = awaited = ++last_number;
    const esp_mqtt_client_config_t config = config_of(setup);
    attempt *next = calloc(1, sizeof *next);
    // Where clients before it are still on their way out, no memory is taken for one more.
    if (next != NULL && uxQueueSpacesAvailable(retired) > 0) next->client = esp_mqtt_client_init(&config);
    if (next == NULL || next->client == NULL) {
        free(next);
        failed(number);
        return;
    }
    next->number = number;
    next->failure = DY_MQTT_UNREACHABLE;
    esp_err_t outcome = esp_mqtt_client_register_event(next->client, MQTT_EVENT_ANY, on_mqtt_event, next);
    if (outcome == ESP_OK) outcome = esp_mqtt_client_start(next->client);
    if (outcome != ESP_OK) {
        esp_mqtt_client_destroy(next->client);
        free(next);
        failed(number);
        return;
    }
    current = next;
}

static void retire(void)
{
    awaited = 0;
    if (current == NULL) return;
    atomic_fetch_add(&ending, 1);
    // Nothing was begun without room for this.
    xQueueSend(retired, &current, portMAX_DELAY);
    current = NULL;
}

void broker_link_stop(void)
{
    retire();
}

void broker_link_leave(void)
{
    // What an earlier client may have left there says nothing of this one.
    xSemaphoreTake(over, 0);
    retire();
    if (atomic_load(&ending) > 0) xSemaphoreTake(over, pdMS_TO_TICKS(LEAVE_LIMIT_MS));
}

bool broker_link_subscribe(const char *topic)
{
    return current != NULL && esp_mqtt_client_subscribe_single(current->client, topic, 1) >= 0;
}

int32_t broker_link_publish(const char *topic, const char *payload, size_t length, bool retained)
{
    if (current == NULL) return -1;
    return esp_mqtt_client_publish(current->client, topic, payload, (int)length, 1, retained ? 1 : 0);
}

void broker_link_handle(dy_sensor *sensor, const app_event *event, uint64_t now_ms)
{
    const uint32_t number =
        event->kind == EVENT_MQTT_MESSAGE ? event->message.connection : event->mqtt.connection;
    if (number != awaited) return;
    switch (event->kind) {
    case EVENT_MQTT_UP: dy_sensor_on_mqtt_up(sensor, now_ms); break;
    case EVENT_MQTT_DOWN:
        // Its memory is not kept for the pause that follows.
        retire();
        dy_sensor_on_mqtt_down(sensor, event->mqtt.failure, now_ms);
        break;
    case EVENT_MQTT_ACKNOWLEDGED: dy_sensor_on_acknowledged(sensor, event->mqtt.message, now_ms); break;
    case EVENT_MQTT_MESSAGE:
        dy_sensor_on_message(sensor, event->message.topic, event->message.topic_length, event->message.payload,
                             event->message.length, now_ms);
        break;
    default: break;
    }
}
