// OpenTelemetry fixes these names: https://opentelemetry.io/docs/specs/semconv/resource/
exports.ATTR_TELEMETRY_SDK_NAME = 'telemetry.sdk.name';
exports.ATTR_TELEMETRY_SDK_LANGUAGE = 'telemetry.sdk.language';
exports.ATTR_TELEMETRY_SDK_VERSION = 'telemetry.sdk.version';
exports.TELEMETRY_SDK_LANGUAGE_VALUE_NODEJS = 'nodejs';
exports.TELEMETRY_SDK_LANGUAGE_VALUE_WEBJS = 'webjs';
