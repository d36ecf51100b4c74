"""A classifier on top of the merged features. Nothing in this file names ESM."""

import torch
from torch import nn

input_dim = 3328
hidden_dim = 512
num_class = 2


class Classifier(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.hidden = nn.Linear(width, hidden_dim)
        self.output = nn.Linear(hidden_dim, num_class)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


if __name__ == '__main__':
    viral, host = torch.load('data/viral/merged.pt'), torch.load('data/host/merged.pt')
    features = torch.cat((viral, host))
    labels = torch.cat((torch.ones(len(viral)), torch.zeros(len(host)))).long()
    model = Classifier(input_dim)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    for epoch in range(100):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(features), labels)
        loss.backward()
        optimizer.step()
    torch.save(model.state_dict(), 'model.pth')
