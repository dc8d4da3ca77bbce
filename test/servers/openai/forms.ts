/** A file in a form. */
export interface FormFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A form with files, as it was uploaded. */
export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  /** The one that was called `file`. */
  readonly file?: FormFile;
  /** Those that were called otherwise (`image`, `image[]`, `mask`), in their order; absent where there are none. */
  readonly files?: readonly (FormFile & { readonly field: string })[];
}

/** The form in a body; `undefined` for bodies of another kind. */
export async function readForm(contentType: string | undefined, bytes: Buffer): Promise<Form | undefined> {
  if (contentType === undefined || !contentType.startsWith('multipart/form-data')) return undefined;
  const data = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': contentType },
  }).formData();
  const fields: Record<string, string> = {};
  const files: (FormFile & { field: string })[] = [];
  let file: FormFile | undefined;
  for (const [field, value] of data) {
    if (typeof value === 'string') fields[field] = value;
    else {
      const one = { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) };
      if (field === 'file') file = one;
      else files.push({ field, ...one });
    }
  }
  return { fields, ...(file && { file }), ...(files.length > 0 && { files }) };
}
