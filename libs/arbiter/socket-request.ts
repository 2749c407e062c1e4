/** From the options of a socket, as users give them, to what the kernel is asked for. */
import type { SocketConfig } from '#libs/config';
import { resolveProtocol, type SocketAddress, type SocketRequest } from '#libs/native';

/** The request for a socket of this configuration, at its address or at the one given. */
export function requestOf(
  { name, options }: SocketConfig,
  address: SocketAddress = addressOf(options),
): SocketRequest {
  return {
    name,
    family: options.family,
    type: options.type,
    protocol: resolveProtocol(options.proto),
    address,
    backlog: options.backlog,
    isBlocking: options.blocking,
    interface: options.interface,
    isShared: options.so_reuseport,
    isV6Only: false,
    umask: options.umask,
    mayReplace: options.replace,
  };
}

function addressOf({ family, path, host, port }: SocketConfig['options']): SocketAddress {
  return family === 'AF_UNIX' ? { path: path ?? '' } : { host, port };
}
