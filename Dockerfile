# Hourglass as an ordinary user, for a machine of yours or a Hugging Face Space: docs/deploy.md.
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 hourglass
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .

# Runs are kept here. Give it a volume to keep them longer than the container.
ENV HOURGLASS_HOME=/home/hourglass/data
RUN install -d -o hourglass "$HOURGLASS_HOME"
VOLUME "$HOURGLASS_HOME"

USER hourglass
EXPOSE 8501
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health')"
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
