"""What `saccade preprocess DATA --out DIR` wrote, as a data set: samples of (frames, label).

    saccade preprocess nmnist --out cache --by number --steps 10 --dtype uint8
    train = SaccadeDataset("cache/frames_number_10_split_by_number", "train")
    loader = torch.utils.data.DataLoader(train, batch_size=64, shuffle=True)

Frames are float32 of shape [T, channels, height, width]; with `--events` a sample is a dict of the arrays t, x, y, p.
NumPy is enough: with PyTorch it is one of its data sets, and frames are tensors. Other files in the folder are not read.
"""

import json
import os

import numpy as np

try:
    import torch
    from torch.utils.data import Dataset
except ImportError:
    torch, Dataset = None, object


class SaccadeDataset(Dataset):
    def __init__(self, folder, part=None, transform=None):
        self.root, self.transform = os.path.dirname(os.path.abspath(folder)), transform
        with open(os.path.join(folder, "manifest.json")) as file:
            manifest = json.load(file)
        self.classes, within = manifest["classes"], os.path.basename(os.path.abspath(folder))
        self.samples = []
        for output in manifest["outputs"]:
            *parts, name, _ = output["path"].split("/")[1:]
            if part is None or parts == [part]:
                path = os.path.join(self.root, within, *output["path"].split("/")[1:])
                self.samples.append((path, self.classes.index(name)))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        with np.load(path, allow_pickle=False) as arrays:
            sample = dict(arrays)
        if "frames" in sample:
            sample = sample["frames"].astype(np.float32)
            sample = sample if torch is None else torch.from_numpy(sample)
        return (sample if self.transform is None else self.transform(sample)), label
