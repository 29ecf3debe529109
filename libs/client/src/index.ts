export { ApiError } from './api-error.ts';
export { framesOf, type StreamFrame } from './event-stream.ts';
export { onceASecond, StreamLost, type FollowOptions, type TaskFrame } from './following.ts';
export { WaybillClient, type SubmitOptions } from './waybill-client.ts';
