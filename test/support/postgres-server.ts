/** What the global setup hands to test files about the PostgreSQL server of their project. */

export interface PostgresServer {
  /** All three name database `postgres`. */
  superuserUrl: string;
  /** Owns the test databases; may create roles, is no superuser: what a managed host gives. */
  ownerUrl: string;
  /** A login in role tricost_ingest: what the functions have. */
  runtimeUrl: string;
}

/** Holds the migrations and no partition: months depend on the test's own clock. */
export const TEMPLATE_DATABASE = 'tricost_template';

declare module 'vitest' {
  interface ProvidedContext {
    postgresServer: PostgresServer;
    postgresMajor: number;
  }
}
