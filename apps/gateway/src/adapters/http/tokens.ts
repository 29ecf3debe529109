/** Names by which Nest finds what is no class. */
export const REGISTRY = Symbol('registry');
export const SERVICE_STATUS = Symbol('service status');
