/** Why nothing can listen where the settings say, for the person who set them: which one, and what to do. Other errors come out as they are. */
import { PlatformError } from '@waybill/contracts';

export interface ListenSettings {
  readonly port: number;
  readonly host: string;
  /** Their names. */
  readonly portSetting: string;
  readonly hostSetting: string;
}

export function listenFailure(error: unknown, settings: ListenSettings): unknown {
  const { port, host, portSetting, hostSetting } = settings;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new PlatformError('port_taken', {
        detail: `Port ${port} is in use by another process: set ${portSetting} to another one.`,
        cause: error,
      });
    case 'EACCES':
      return new PlatformError('invalid_configuration', {
        detail: `This process may not listen on port ${port}: set ${portSetting} to one above 1023.`,
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'ENOTFOUND':
      return new PlatformError('invalid_configuration', {
        detail: `${host} is no address of this machine (${code}): set ${hostSetting} to one.`,
        cause: error,
      });
    default:
      return error;
  }
}
