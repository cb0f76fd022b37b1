export const handler = async (): Promise<never> => {
  throw new Error('written in a later commit');
};
