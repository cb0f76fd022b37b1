/** For an app's own tests: `tricost/testing`. */
export { type MemoryTransport, memoryTransport } from '../transports/memory.ts';
export {
  type FakeProvider,
  type FakeProviders,
  type Fault,
  startFakeProviders,
} from './fake-providers.ts';
export type { FakeRequest } from './fake-reply.ts';
