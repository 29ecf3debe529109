export { ApiError } from './api-error.ts';
export { framesOf, type StreamFrame } from './event-stream.ts';
export { mayPass, onceASecond, StreamLost, type FollowOptions, type TaskFrame } from './following.ts';
export { WaybillClient, type ClientOptions, type SubmitOptions } from './waybill-client.ts';
