/** Writes every generated file again; with `--check`, fails when a committed one differs. */
await import('./generate-contract.ts');
await import('./generate-prices.ts');
await import('./dump-schema.ts');
await import('./generate-cost-pages.ts');

// Makes this a module, where top-level await is allowed.
export {};
