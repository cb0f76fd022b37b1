/** Unpacks the zip files that were uploaded, into folders from which functions run. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

export interface CodeLocation {
  bucket: string;
  key: string;
}

/** Lambda's Node.js runtime has the AWS SDK built in, and the CDK's custom resource providers rely on it. */
const SDK = fileURLToPath(new URL('../../../node_modules/@aws-sdk', import.meta.url));

export class UploadedCode {
  readonly #directory: string;
  readonly #read: (location: CodeLocation) => Uint8Array | undefined;
  readonly #folders = new Map<string, Promise<string>>();

  /** @param read gives what was uploaded there, or undefined */
  constructor(directory: string, read: (location: CodeLocation) => Uint8Array | undefined) {
    this.#directory = directory;
    this.#read = read;
  }

  async prepare(): Promise<void> {
    const modules = join(this.#directory, 'node_modules');
    await mkdir(modules, { recursive: true });
    await symlink(SDK, join(modules, '@aws-sdk'));
  }

  /**
   * The folder of an archive's files; the same one each time.
   *
   * @throws Error as Lambda words it when nothing was uploaded there.
   */
  unpack(location: CodeLocation): Promise<string> {
    const path = `${location.bucket}/${location.key}`;
    const folder = this.#folders.get(path) ?? this.#unpack(location);
    this.#folders.set(path, folder);
    return folder;
  }

  async #unpack(location: CodeLocation): Promise<string> {
    const archive = this.#read(location);
    if (archive === undefined) {
      throw new Error(
        `Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist: ${location.bucket}/${location.key}`,
      );
    }
    const folder = join(this.#directory, location.key.replace(/\.zip$/, ''));
    for (const [name, bytes] of Object.entries(unzipSync(archive))) {
      if (name.endsWith('/')) continue;
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }
    return folder;
  }
}
