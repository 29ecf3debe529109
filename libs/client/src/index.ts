export { ApiError } from './api-error.ts';
export { framesOf, type StreamFrame } from './event-stream.ts';
export { WaybillClient, type FollowOptions, type SubmitOptions, type TaskFrame } from './waybill-client.ts';
