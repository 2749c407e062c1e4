/** ZeroMQ sockets that can listen on a descriptor that is open already. */
import { Router, XPublisher } from 'zeromq';

/** zmq_setsockopt(3), which zeromq.js has no name for. */
const ZMQ_USE_FD = 89;

/** A ROUTER. */
export class ListeningRouter extends Router {
  /** The next `bind` takes this descriptor, which then belongs to libzmq. */
  listenOn(fd: number): void {
    this.setInt32Option(ZMQ_USE_FD, fd);
  }
}

/** An XPUB. */
export class ListeningPublisher extends XPublisher {
  /** As of `ListeningRouter`. */
  listenOn(fd: number): void {
    this.setInt32Option(ZMQ_USE_FD, fd);
  }
}
