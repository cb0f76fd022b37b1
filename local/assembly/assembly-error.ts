/** Something in the synthesized stack that this machine cannot run: the message names the resource and what to do. */
export class AssemblyError extends Error {
  override readonly name: string = 'AssemblyError';
}

/** A value that depends on a resource which is deliberately not run locally. */
export class NotRunLocallyError extends AssemblyError {
  override readonly name = 'NotRunLocallyError';
}
