/** Version of the Elastic Common Schema of all documents that logboom makes, and of events whose sender names none. */
export const ecsVersion = '8.17.0';
