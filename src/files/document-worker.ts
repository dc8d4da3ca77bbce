import { parentPort, workerData } from 'node:worker_threads';
import type { DocumentAnswer, DocumentJob } from './document-job.ts';
import { readDocx } from './docx.ts';
import { readPdf } from './pdf.ts';

// A thread of its own for each document: whatever a file does to it, it ends with the file.
parentPort?.postMessage(await answer(workerData as DocumentJob));

async function answer(job: DocumentJob): Promise<DocumentAnswer> {
  try {
    return job.kind === 'pdf' ? await readPdf(job) : await readDocx(job);
  } catch (error) {
    return { fault: 'damaged', detail: String(error) };
  }
}
